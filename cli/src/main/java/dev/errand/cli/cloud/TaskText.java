package dev.errand.cli.cloud;

import dev.errand.cli.server.Task;
import dev.errand.cli.terminal.Elapsed;
import dev.errand.cli.terminal.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tasks in words; everything that a user or a container wrote is made safe here. */
final class TaskText {
  private static final int SHORT_COMMIT = 10;

  private TaskText() {}

  /** Everything that `status` says. */
  static List<String> status(Task task, Instant now) {
    List<String> lines = new ArrayList<>();
    lines.add(task.state().toUpperCase(Locale.ROOT) + "  " + SafeText.line(task.title()));
    lines.add("  task         " + SafeText.line(task.id()));
    lines.add(
        "  environment  "
            + SafeText.line(task.environment())
            + (task.branch().isEmpty() ? "" : ", branch " + SafeText.line(task.branch()))
            + (task.commit().isEmpty() ? "" : ", commit " + shortCommit(task.commit())));
    for (Task.Attempt attempt : task.attempts()) {
      lines.add("  attempt " + attempt.number() + "    " + attempt(attempt, now));
      if (attempt.turn() > 1) {
        lines.add("    turn " + attempt.turn() + ": " + SafeText.line(attempt.message()));
      }
      lines.addAll(trouble(attempt.failure(), "    "));
      lines.addAll(wait(attempt.waitsFor()));
    }
    if (task.best() > 0 && task.attempts().size() > 1) {
      lines.add("  best         attempt " + task.best());
    }
    boolean told = task.attempts().stream().anyMatch(attempt -> attempt.failure() != null);
    if (!told) {
      lines.addAll(trouble(task.failure(), "  "));
    }
    lines.add("  " + SafeText.line(task.url()));
    return lines;
  }

  private static List<String> wait(Task.@Nullable Trouble lack) {
    List<String> lines = new ArrayList<>(trouble(lack, "    "));
    if (!lines.isEmpty()) {
      lines.set(0, lines.getFirst().replaceFirst("    ", "    waits: "));
    }
    return lines;
  }

  private static String attempt(Task.Attempt attempt, Instant now) {
    StringBuilder text = new StringBuilder(SafeText.line(attempt.state()));
    if (attempt.endedAt().isEmpty() && !attempt.stage().isEmpty()) {
      text.append(", at ").append(SafeText.line(attempt.stage()));
    }
    if (!attempt.node().isEmpty()) {
      text.append(", on ").append(SafeText.line(attempt.node()));
    }
    Instant start = Elapsed.instant(attempt.startedAt());
    Instant end = Elapsed.instant(attempt.endedAt());
    if (start != null) {
      text.append(", ").append(Elapsed.of(Duration.between(start, end == null ? now : end)));
    }
    Task.Patch patch = attempt.patch();
    if (patch != null) {
      text.append(", ").append(patch(patch));
    }
    return text.toString();
  }

  /** One line for a wait: the task's state, what its attempts do, and why not. */
  static String progress(Task task) {
    StringBuilder text = new StringBuilder(SafeText.line(task.state()));
    for (Task.Attempt attempt : task.attempts()) {
      text.append(task.attempts().size() == 1 ? ": " : ", " + attempt.number() + ": ");
      boolean atWork = !attempt.stage().isEmpty() && attempt.endedAt().isEmpty();
      text.append(SafeText.line(atWork ? attempt.stage() : attempt.state()));
      Task.Trouble why = attempt.waitsFor() == null ? attempt.failure() : attempt.waitsFor();
      if (why != null) {
        text.append(" (").append(SafeText.line(why.code())).append(')');
      }
    }
    return text.toString();
  }

  /** The best attempt's patch in a few characters, or "-". */
  static String patchOf(Task task) {
    return task.attempts().stream()
        .filter(attempt -> attempt.number() == task.best() && attempt.patch() != null)
        .map(Task.Attempt::patch)
        .findFirst()
        .map(patch -> "+" + patch.linesAdded() + " -" + patch.linesRemoved())
        .orElse("-");
  }

  private static String patch(Task.Patch patch) {
    if (patch.files() == 0) {
      return "changed nothing";
    }
    return "%d file%s +%d -%d"
        .formatted(
            patch.files(), patch.files() == 1 ? "" : "s", patch.linesAdded(), patch.linesRemoved());
  }

  /** What failed, the remedy and the last lines of the log. */
  static List<String> trouble(Task.@Nullable Trouble trouble, String indent) {
    if (trouble == null) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        indent + SafeText.line(trouble.message()) + " (" + SafeText.line(trouble.code()) + ")");
    if (!trouble.hint().isEmpty()) {
      lines.add(indent + "perhaps you should " + SafeText.line(trouble.hint()));
    }
    for (String line : trouble.lastLines()) {
      lines.add(indent + "| " + SafeText.line(line));
    }
    return lines;
  }

  static String shortCommit(String commit) {
    return SafeText.line(commit.substring(0, Math.min(SHORT_COMMIT, commit.length())));
  }
}
