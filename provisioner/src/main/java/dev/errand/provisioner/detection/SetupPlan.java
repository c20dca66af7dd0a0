package dev.errand.provisioner.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a detected setup runs in an image that has some tools and lacks others.
 *
 * @param script empty when there is nothing to run
 * @param remarks what was left out and why, for whoever watches
 */
public record SetupPlan(String script, List<String> remarks) {
  static final SetupPlan NOTHING = new SetupPlan("", List.of());

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

  /** A step whose tool is neither there nor to be brought is left out, with a remark. */
  public static SetupPlan of(List<SetupStep> steps, Set<String> present) {
    StringBuilder script = new StringBuilder();
    List<String> remarks = new ArrayList<>();
    for (SetupStep step : steps) {
      String installer = step.installer();
      if (present.contains(step.tool())) {
        add(script, step.command());
      } else if (installer != null && present.contains(installer)) {
        add(script, step.install());
        add(script, step.command());
      } else {
        remarks.add(
            "setup left out %s: the image has no %s".formatted(step.because(), step.tool()));
      }
    }
    return new SetupPlan(script.toString(), remarks);
  }

  private static void add(StringBuilder script, String command) {
    script.append("echo ").append("'+ " + command.replace("'", "'\\''") + "'").append('\n');
    script.append(command).append('\n');
  }
}
