package dev.errand.ingest.documents;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte counts as people write them: 4GiB, 512 MiB, 1.5GB, or a number of bytes. */
final class Sizes {
  private static final Pattern GRAMMAR =
      Pattern.compile("([0-9]{1,15})(\\.[0-9]{1,3})?\\s?([A-Za-z]*)");
  private static final Map<String, Long> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("TiB", 1L << 40);
    UNITS.put("GiB", 1L << 30);
    UNITS.put("MiB", 1L << 20);
    UNITS.put("KiB", 1L << 10);
    UNITS.put("TB", 1_000_000_000_000L);
    UNITS.put("GB", 1_000_000_000L);
    UNITS.put("MB", 1_000_000L);
    UNITS.put("kB", 1_000L);
    UNITS.put("B", 1L);
    UNITS.put("", 1L);
  }

  private Sizes() {}

  /**
   * @return bytes
   * @throws IllegalArgumentException when the text is no size
   */
  static long parse(String text) {
    Matcher matcher = GRAMMAR.matcher(text);
    Long unit = matcher.matches() ? UNITS.get(matcher.group(3)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "'%s' is not a size; write it as 4GiB or 512MiB".formatted(text));
    }
    String fraction = matcher.group(2) == null ? "" : matcher.group(2);
    double bytes = Double.parseDouble(matcher.group(1) + fraction) * unit;
    return fraction.isEmpty() && bytes < Long.MAX_VALUE / 2.0
        ? Long.parseLong(matcher.group(1)) * unit
        : Math.round(bytes);
  }

  /** In the largest binary unit that is exact. */
  static String text(long bytes) {
    for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
      if (unit.getKey().endsWith("iB") && bytes > 0 && bytes % unit.getValue() == 0) {
        return bytes / unit.getValue() + unit.getKey();
      }
    }
    return bytes + "B";
  }
}
