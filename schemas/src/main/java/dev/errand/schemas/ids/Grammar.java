package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** What every refused id says: what it was meant to be, what it was, what would have been taken. */
final class Grammar {
  /** Enough to recognise a typo, too little to fill a log. */
  private static final int SHOWN_CHARACTERS = 80;

  private Grammar() {}

  static String refused(String what, String value, Pattern grammar) {
    String shown =
        value.length() <= SHOWN_CHARACTERS ? value : value.substring(0, SHOWN_CHARACTERS) + "...";
    return "'%s' is not %s (it must match %s)"
        .formatted(shown.replaceAll("\\p{Cntrl}", "?"), what, grammar);
  }
}
