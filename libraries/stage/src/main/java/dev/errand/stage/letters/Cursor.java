package dev.errand.stage.letters;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a page of dead letters begins: below these offsets, one for each partition. Written with
 * dots between them.
 */
public record Cursor(List<Long> below) {
  private static final Pattern GRAMMAR = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,18}){0,99}");

  public Cursor {
    below = List.copyOf(below);
  }

  /** Empty for what is no cursor. */
  public static Optional<Cursor> parse(String text) {
    return GRAMMAR.matcher(text).matches()
        ? Optional.of(new Cursor(Arrays.stream(text.split("\\.")).map(Long::valueOf).toList()))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return below.stream().map(String::valueOf).collect(Collectors.joining("."));
  }
}
