import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One thing that was measured several times. */
record Series(String what, String unit, List<Double> values) {
  Series(String what, String unit) {
    this(what, unit, new ArrayList<>());
  }

  void add(double value) {
    values.add(value);
  }

  double min() {
    return Collections.min(values);
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  double max() {
    return Collections.max(values);
  }

  String row() {
    return "| %s | %s | %s | %s | %s | %d |"
        .formatted(what, unit, text(min()), text(median()), text(max()), values.size());
  }

  String json() {
    return "{\"what\": \"%s\", \"unit\": \"%s\", \"min\": %s, \"median\": %s, \"max\": %s, \"values\": %s}"
        .formatted(
            what,
            unit,
            text(min()),
            text(median()),
            text(max()),
            values.stream().map(Series::text).toList());
  }

  /** Three digits that say something, no more. */
  private static String text(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
