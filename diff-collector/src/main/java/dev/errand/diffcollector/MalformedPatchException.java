package dev.errand.diffcollector;

/** The text is not a patch that git makes with our options, or names a path that it must not. */
final class MalformedPatchException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedPatchException(long line, String why) {
    super("line %d of the diff: %s".formatted(line, why));
  }
}
