package dev.errand.schemas;

import java.util.List;

/**
 * Why something ended without its result.
 *
 * @param message what happened, for a person, without secrets; at most {@link #MAX_MESSAGE}
 *     characters
 * @param lastLines the last lines of the log, oldest first; at most {@link #MAX_LINES}
 */
public record Failure(FailureCode code, String message, List<String> lastLines) {
  /** What fits a terminal without scrolling. */
  public static final int MAX_LINES = 50;

  public static final int MAX_MESSAGE = 2_000;
  private static final int MAX_LINE_CHARACTERS = 500;

  public Failure {
    message = shortened(message, MAX_MESSAGE);
    lastLines =
        lastLines.stream()
            .skip(Math.max(0, lastLines.size() - MAX_LINES))
            .map(line -> shortened(line, MAX_LINE_CHARACTERS))
            .toList();
  }

  /** A failure that no log explains. */
  public static Failure of(FailureCode code, String message) {
    return new Failure(code, message, List.of());
  }

  /** The text, or its beginning and three dots where it has more than {@code max} characters. */
  static String shortened(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    int end = max - 3;
    // half a character would come back from the wire as another one
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end)
        + "...";
  }
}
