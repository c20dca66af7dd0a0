package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.apply.ApplyReport;
import dev.errand.cli.apply.ApplyRequest;
import dev.errand.cli.apply.PatchApplication;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Applies a task's diff to the local working tree. */
@Command(
    name = "apply",
    description = {
      "Apply a task's diff to the working tree of this folder: everything or nothing.",
      "Refuses over your own changes to the same files, and keeps a backup reference.",
      "Ends with 5 too when it is applied already, or this clone does not have the commit that",
      "the task started from."
    })
public final class Apply implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "TASK", description = "The task's id or address.")
  String task = "";

  @Option(
      names = "--attempt",
      paramLabel = "N",
      description = "The attempt (default: the best one that has a diff).")
  @Nullable Integer attempt;

  @Option(
      names = "--3way",
      description =
          "Merge where the diff does not fit, leaving conflict markers; ends with 5 then.")
  boolean threeWay;

  @Option(names = "--check", description = "Only say whether it fits; change nothing.")
  boolean check;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "A folder in the working tree (default: the current one).")
  @Nullable Path directory;

  @Option(
      names = "--allow-links",
      description = "Take symbolic links that point outside, and submodules.")
  boolean allowLinks;

  /** The command of one run. */
  public Apply(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path here = session.surroundings().directory();
    Path folder = directory == null ? here : here.resolve(directory);
    if (!Files.isDirectory(folder)) {
      throw CommandFailure.usage(folder + " is no folder", "name an existing one with --dir");
    }
    TaskReference reference = TaskReference.of(task, session);
    TaskDiff diff = TaskDiff.fetch(session.api(), reference, reference.attempt(attempt));
    ApplyReport report =
        PatchApplication.run(
            new ApplyRequest(
                diff.task(),
                diff.attempt(),
                diff.patch(),
                diff.baseCommit(),
                folder,
                threeWay,
                check,
                allowLinks));
    if (session.json()) {
      session.print(document(diff, report));
    } else {
      show(report);
    }
    return report.conflicts().isEmpty() ? ExitCode.OK.number() : ExitCode.CONFLICT.number();
  }

  private void show(ApplyReport report) {
    report.notes().forEach(note -> session.note("note: " + note));
    for (String conflict : report.conflicts()) {
      session.note("conflict: " + SafeText.block(conflict));
    }
    for (String skipped : report.skipped()) {
      session.note("skipped: " + skipped);
    }
    report.applied().forEach(session::print);
    if (report.conflicts().isEmpty() && report.applied().isEmpty()) {
      session.note("the agent changed nothing; there is nothing to apply");
    } else if (report.backup() == null) {
      session.note(
          check && report.conflicts().isEmpty()
              ? "it fits; nothing was changed"
              : "nothing was changed");
    } else {
      session.note("before: " + report.backup());
    }
    if (report.undo() != null) {
      String where = directory == null ? "" : " (in " + directory + ")";
      session.note("undo:   " + report.undo() + where);
    }
    report.hints().forEach(hint -> session.note("hint: " + hint));
  }

  private ObjectNode document(TaskDiff diff, ApplyReport report) {
    ObjectNode json = Json.object();
    json.put("task", diff.task());
    json.put("attempt", diff.attempt());
    json.put("baseCommit", diff.baseCommit());
    json.put("checkOnly", check);
    json.set("applied", Json.array(report.applied()));
    json.set("conflicts", Json.array(report.conflicts()));
    json.set("skipped", Json.array(report.skipped()));
    json.set("notes", Json.array(report.notes()));
    json.set("hints", Json.array(report.hints()));
    json.put("backup", report.backup());
    json.put("undo", report.undo());
    return json;
  }
}
