package dev.errand.provisioner.detection;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a detected setup runs in an image that has some tools and lacks others. */
public final class SetupPlan {
  private SetupPlan() {}

  /** Every program that the steps may need. */
  public static Set<String> programs(List<SetupStep> steps) {
    Set<String> programs = new TreeSet<>();
    for (SetupStep step : steps) {
      programs.add(step.tool());
      String installer = step.installer();
      if (installer != null) {
        programs.add(installer);
      }
    }
    return programs;
  }

  /** Prints those of the programs that the image has, one a line. */
  public static String probe(Set<String> programs) {
    return "for p in %s; do command -v \"$p\" >/dev/null && echo \"$p\"; done; exit 0"
        .formatted(String.join(" ", programs));
  }

  /**
   * The script, empty for no steps. A step whose tool is neither there nor to be brought is left
   * out, and the script says so: its output is the log that stays.
   */
  public static String script(List<SetupStep> steps, Set<String> present) {
    StringBuilder script = new StringBuilder();
    for (SetupStep step : steps) {
      String installer = step.installer();
      if (present.contains(step.tool())) {
        add(script, step.command());
      } else if (installer != null && present.contains(installer)) {
        add(script, step.install());
        add(script, step.command());
      } else {
        say(script, leftOut(step));
      }
    }
    return script.toString();
  }

  private static String leftOut(SetupStep step) {
    return "errand: left out %s, as the image has no %s; use an image that has it, or a setup script"
        .formatted(step.because(), step.tool());
  }

  private static void add(StringBuilder script, String command) {
    say(script, "+ " + command);
    script.append(command).append('\n');
  }

  private static void say(StringBuilder script, String text) {
    script.append("echo '").append(text.replace("'", "'\\''")).append("'\n");
  }
}
