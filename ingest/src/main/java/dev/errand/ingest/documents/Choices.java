package dev.errand.ingest.documents;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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
                  Spelling.closest(text, texts).map("; did you mean '%s'?"::formatted).orElse("")));
    }
    return choices[index];
  }

  static String text(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
