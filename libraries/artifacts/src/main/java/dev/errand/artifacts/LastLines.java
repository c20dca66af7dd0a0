package dev.errand.artifacts;

import dev.errand.schemas.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The end of a log as a person reads it: whole lines, no terminal controls, no broken UTF-8. */
final class LastLines {
  /** 50 lines of 500 characters, which may be 4 bytes each, would be 100 KB; logs are narrower. */
  static final int MAX_BYTES = 64 * 1024;

  /** Colours, titles, hyperlinks and cursor movements, terminated as terminals would take them. */
  private static final Pattern ESCAPES =
      Pattern.compile(
          "\\x1b\\[[0-?]*[ -/]*[@-~]?|\\x1b[\\]PX^_][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)?"
              + "|\\x1b[ -/]*[0-~]?");

  /** Every other control, and the marks that turn the direction of text around. */
  private static final Pattern CONTROLS =
      Pattern.compile("[\\p{Cc}&&[^\\t]]|[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]");

  private final byte[] ring = new byte[MAX_BYTES];
  private long total;

  void add(byte[] data) {
    int from = Math.max(0, data.length - MAX_BYTES);
    total += from;
    for (int i = from; i < data.length; i++) {
      ring[(int) (total++ % MAX_BYTES)] = data[i];
    }
  }

  /** The last bytes as they came, at most so many. */
  byte[] tail(long max) {
    int size = (int) Math.min(Math.min(total, MAX_BYTES), max);
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = ring[(int) ((total - size + i) % MAX_BYTES)];
    }
    return bytes;
  }

  /** Oldest first; at most {@link Failure#MAX_LINES}. A carriage return starts a line anew. */
  List<String> lines() {
    List<String> lines =
        Arrays.stream(new String(tail(MAX_BYTES), StandardCharsets.UTF_8).split("\r?\n", -1))
            .map(LastLines::readable)
            .filter(line -> !line.isBlank())
            .toList();
    return lines.subList(Math.max(0, lines.size() - Failure.MAX_LINES), lines.size());
  }

  private static String readable(String line) {
    String lastState = line.substring(line.stripTrailing().lastIndexOf('\r') + 1);
    String plain = ESCAPES.matcher(lastState).replaceAll("");
    return CONTROLS.matcher(plain).replaceAll("").stripTrailing();
  }
}
