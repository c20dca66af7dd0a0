package dev.errand.repositories.lfs;

/**
 * Why contents stay away, for good: the repository or its server is so. The message is for the
 * task's log.
 */
public final class LfsException extends Exception {
  private static final long serialVersionUID = 1;

  public LfsException(String message) {
    super(message);
  }
}
