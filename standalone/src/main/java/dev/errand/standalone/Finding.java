package dev.errand.standalone;

/**
 * One thing that was looked at.
 *
 * @param remedy what to do, empty when it is well
 */
record Finding(String check, boolean well, String seen, String remedy) {
  static Finding well(String check, String seen) {
    return new Finding(check, true, seen, "");
  }

  static Finding missing(String check, String seen, String remedy) {
    return new Finding(check, false, seen, remedy);
  }

  static Finding of(String check, boolean well, String seen, String remedy) {
    return well ? well(check, seen) : missing(check, seen, remedy);
  }

  /** For a person: one line, and one more with the remedy. */
  String text() {
    String line = "%-4s %-12s %s".formatted(well ? "ok" : "MISS", check, seen);
    return well ? line : line + System.lineSeparator() + "     -> " + remedy;
  }

  String json() {
    return "{\"check\":%s,\"ok\":%s,\"seen\":%s,\"remedy\":%s}"
        .formatted(quoted(check), well, quoted(seen), quoted(remedy));
  }

  /** For whoever was told to do something else. */
  String sentence() {
    return "%s. Perhaps you should %s.".formatted(seen, remedy);
  }

  private static String quoted(String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
    return '"' + escaped.replaceAll("\\p{Cntrl}+", " ") + '"';
  }

  /** What was found keeps the program from going on; the message holds the remedy. */
  static final class ObstacleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Finding finding;

    ObstacleException(Finding finding) {
      super(finding.sentence());
      this.finding = finding;
    }

    Finding finding() {
      return finding;
    }
  }
}
