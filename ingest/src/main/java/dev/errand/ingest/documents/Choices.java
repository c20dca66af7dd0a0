package dev.errand.ingest.documents;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Constants as documents write them: in lower case, with dashes. */
final class Choices {
  private Choices() {}

  static <E extends Enum<E>> E read(Value value, E[] choices) {
    String text = value.text();
    List<String> texts = Arrays.stream(choices).map(Choices::text).toList();
    int index = texts.indexOf(text);
    if (index < 0) {
      throw value.refused(
          "'%s' is not one of %s%s"
              .formatted(
                  text,
                  String.join(", ", texts),
                  meant(text, texts).map("; did you mean '%s'?"::formatted).orElse("")));
    }
    return choices[index];
  }

  /** The choice that a word for yes or no stands for, else the one that is spelled alike. */
  private static Optional<String> meant(String text, List<String> texts) {
    String word =
        switch (text.toLowerCase(Locale.ROOT)) {
          case "on", "yes", "true" -> "all";
          case "no", "false" -> "off";
          default -> "";
        };
    return texts.contains(word) ? Optional.of(word) : Spelling.closest(text, texts);
  }

  static String text(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
