package dev.errand.schemas.ids;

import java.util.regex.Pattern;

/** What every refused id says: what it was meant to be, what it was, what would have been taken. */
final class Grammar {
  /** Enough to recognise a typo, too little to fill a log. */
  private static final int SHOWN_CHARACTERS = 80;

  // \p{C}: controls, format characters (which turn text around), half characters
  private static final Pattern UNPRINTABLE = Pattern.compile("\\p{C}");
  private static final Pattern CREDENTIALS = Pattern.compile("//[^/@]*@");

  private Grammar() {}

  static String refused(String what, String value, Pattern grammar) {
    return "'%s' is not %s (it must match %s)".formatted(shown(value), what, grammar);
  }

  /** A refused value as a message may hold it: short, no controls, no credentials of a URL. */
  static String shown(String value) {
    String safe = CREDENTIALS.matcher(value).replaceAll("//***@");
    String shown =
        safe.length() <= SHOWN_CHARACTERS ? safe : safe.substring(0, SHOWN_CHARACTERS) + "...";
    return UNPRINTABLE.matcher(shown).replaceAll("?");
  }
}
