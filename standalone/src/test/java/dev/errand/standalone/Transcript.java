package dev.errand.standalone;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a person sees of the demo, line by line, without what differs from run to run: each such
 * thing is named by a {@link Rule}, all else must be the same to the letter.
 */
record Transcript(List<String> lines) {
  private static final String LOG_COMMAND = "$ ./errand cloud logs -f TASK";

  /** What may differ, and what stands for it. The image's rule comes before its digest's. */
  enum Rule {
    TASK("\\b[0-9A-HJKMNP-TV-Z]{26}\\b", "TASK"),
    PORT("(?<=localhost:)[0-9]+", "PORT"),
    SECONDS("\\b[0-9]+(\\.[0-9])? s\\b", "SECONDS s"),
    FILES_OF_THE_REPOSITORY("(?<=There are )[0-9]+(?= files)", "COUNT"),
    COMMIT("(?<=prepared from )[0-9a-f]{40}\\b", "COMMIT"),
    BLOB_IDS("(?<=^index )[0-9a-f]{40}\\.\\.[0-9a-f]{40}", "BLOB..BLOB"),
    IMAGE("errand(-demo-test)?/universal", "IMAGE"),
    RECIPE("(?<=IMAGE:recipe-)[0-9a-f]{12}", "DIGEST"),
    DEMO_FOLDER("/tmp/errand-(demo|dt)-[0-9]+", "FOLDER"),
    DATA_FOLDER("(/[a-z0-9/-]+/\\.errand|/tmp/errand-dd[0-9]+)\\b", "DATA");

    private final Pattern pattern;
    private final String standIn;

    Rule(String pattern, String standIn) {
      this.pattern = Pattern.compile(pattern);
      this.standIn = standIn;
    }
  }

  /** Output and notes of a log come on two streams, each in its order, not in one order. */
  private enum LogKind {
    OUTPUT,
    HEADING,
    PROGRESS;

    static LogKind of(String line) {
      if (!line.startsWith("-- ")) {
        return OUTPUT;
      }
      return line.endsWith(" --") ? HEADING : PROGRESS;
    }
  }

  static Transcript of(String printed) {
    List<String> lines = new ArrayList<>();
    for (String line : printed.strip().split("\n")) {
      String shown = line;
      for (Rule rule : Rule.values()) {
        shown = rule.pattern.matcher(shown).replaceAll(rule.standIn);
      }
      lines.add(shown.stripTrailing());
    }
    sortLog(lines);
    return new Transcript(List.copyOf(lines));
  }

  private static void sortLog(List<String> lines) {
    int begin = lines.indexOf(LOG_COMMAND) + 1;
    if (begin > 0) {
      int end = begin;
      while (end < lines.size() && !lines.get(end).isEmpty()) {
        end++;
      }
      lines.subList(begin, end).sort(Comparator.comparing(LogKind::of)); // a stable sort
    }
  }
}
