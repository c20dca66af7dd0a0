package dev.errand.schemas;

import org.jspecify.annotations.Nullable;

/** The one exception of the system: a {@link Failure} on its way to whoever decides about it. */
public final class ErrandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Failure failure;

  public ErrandException(FailureCode code, String message) {
    this(Failure.of(code, message), null);
  }

  public ErrandException(FailureCode code, String message, Throwable cause) {
    this(Failure.of(code, message), cause);
  }

  public ErrandException(Failure failure, @Nullable Throwable cause) {
    super(failure.code() + ": " + failure.message(), cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }

  public FailureCode code() {
    return failure.code();
  }
}
