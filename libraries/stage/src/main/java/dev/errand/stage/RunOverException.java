package dev.errand.stage;

import dev.errand.schemas.ids.RunId;

/** The run has ended, or a newer one has replaced it: there is nothing to do and to append. */
public final class RunOverException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RunOverException(RunId run) {
    super(run + " is over");
  }
}
