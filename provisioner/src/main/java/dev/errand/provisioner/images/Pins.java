package dev.errand.provisioner.images;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an image offers, against what an environment pins. An image says it in {@link #PROBE}'s
 * file; one that does not is asked for the versions of the usual programs.
 *
 * @param offered runtime to version, such as node to 18.20.4
 */
public record Pins(Map<String, String> offered) {
  /** Prints {@code <runtime> <version>} lines; nothing of the repository is in the box yet. */
  public static final String PROBE =
      """
      if [ -r /etc/errand/runtimes ]; then cat /etc/errand/runtimes; exit 0; fi
      v() { command -v "$2" >/dev/null 2>&1 && echo "$1 $("${@:2}" 2>&1 | head -n 1)"; }
      v node node --version
      v python python3 --version
      v ruby ruby --version
      v go go version
      v rust rustc --version
      v java java -version
      v php php --version
      v swift swift --version
      exit 0
      """;

  private static final int MAX_LISTED = 20;

  /** Reads what {@link #PROBE} printed: a version is the first thing that looks like one. */
  public static Pins parse(String listing) {
    Map<String, String> offered = new TreeMap<>();
    for (String line : listing.lines().toList()) {
      List<String> words = List.of(line.strip().split("\\s+"));
      words.stream()
          .skip(1)
          .map(word -> word.replaceAll("^[^0-9]*", "").replaceAll("[^0-9A-Za-z.+-].*$", ""))
          .filter(word -> !word.isEmpty())
          .findFirst()
          .ifPresent(version -> offered.putIfAbsent(words.getFirst(), version));
    }
    return new Pins(offered);
  }

  /**
   * Every pin must be met: 18 and 18.20 by 18.20.4, but not 1 nor 18.2.
   *
   * @throws ErrandException PIN_UNAVAILABLE with what there is
   */
  public void require(String image, Map<String, String> pins) {
    pins.forEach(
        (runtime, version) -> {
          String there = offered.get(runtime.toLowerCase(Locale.ROOT));
          if (there == null || !(there + ".").startsWith(version + ".")) {
            throw new ErrandException(
                FailureCode.PIN_UNAVAILABLE,
                "the image %s has no %s %s; it has: %s".formatted(image, runtime, version, list()));
          }
        });
  }

  private String list() {
    return offered.isEmpty()
        ? "nothing that can be pinned"
        : offered.entrySet().stream()
            .limit(MAX_LISTED)
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
  }
}
