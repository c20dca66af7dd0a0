package dev.errand.ingest.documents;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody meant to write. */
final class Spelling {
  /** Beyond this many characters of a key nobody can mean one of ours. */
  private static final int MAX_KEY_CHARACTERS = 40;

  private Spelling() {}

  /** The known word within two letters or a third of them, by insertions, removals and changes. */
  static Optional<String> closest(String word, List<String> known) {
    if (word.length() > MAX_KEY_CHARACTERS) {
      return Optional.empty();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(k -> distance(lower, k.toLowerCase(Locale.ROOT)) <= tolerance(k))
        .min(Comparator.comparingInt(k -> distance(lower, k.toLowerCase(Locale.ROOT))));
  }

  /** Two, as swapped letters count twice; less for words that two changes make another word. */
  private static int tolerance(String word) {
    return word.length() <= 3 ? 1 : Math.max(2, word.length() / 3);
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
