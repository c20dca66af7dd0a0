package dev.errand.ingest;

import dev.errand.ingest.access.Access;
import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.Operation;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** Who makes the current request; {@link Doorkeeper} finds out before any resource is called. */
@RequestScoped
public class Visitor {
  private @Nullable Caller caller;

  void is(Caller known) {
    caller = known;
  }

  /**
   * The caller.
   *
   * @throws ErrandException TOKEN_INVALID when nobody has said who it is
   */
  Caller caller() {
    if (caller == null) {
      throw nobody();
    }
    return caller;
  }

  static ErrandException nobody() {
    return new ErrandException(
        FailureCode.TOKEN_INVALID,
        "the request carries no token (Authorization: Bearer errand_...)");
  }

  /**
   * The caller, who may do this at least to what is the caller's own.
   *
   * @throws ErrandException TOKEN_INVALID or NOT_ALLOWED
   */
  Caller require(Operation operation) {
    Caller known = caller();
    Access.require(known, operation);
    return known;
  }
}
