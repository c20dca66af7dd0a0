package dev.errand.provisioner;

/** Text for a shell. */
final class Shell {
  private Shell() {}

  /** One word, whatever is in it but a zero byte. */
  static String word(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
