package dev.errand.sandbox;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.util.Locale;

/** The one place where the engine's and its client's exceptions become ours, and our words. */
final class EngineErrors {
  private EngineErrors() {}

  /** What an exception of a call means; an exception of ours stays what it is. */
  static ErrandException translated(String call, RuntimeException thrown) {
    if (thrown instanceof ErrandException ours) {
      return ours;
    }
    String said = String.valueOf(thrown.getMessage()).strip();
    String message = "the engine could not %s: %s".formatted(call, said);
    return new ErrandException(code(thrown, said.toLowerCase(Locale.ROOT)), message, thrown);
  }

  /** Whether the engine answers that it is older or younger than the version that we speak. */
  static boolean isOfAnotherVersion(ErrandException failed) {
    String said = failed.failure().message().toLowerCase(Locale.ROOT);
    return said.contains("client version")
        && (said.contains("is too new") || said.contains("is too old"));
  }

  /** What a box had is gone. */
  static ErrandException lost(String message) {
    return new ErrandException(FailureCode.BOX_LOST, message);
  }

  /** A container has the name that a box of ours is to have, as after a copied data folder. */
  static ErrandException ofAnother(String container) {
    return new ErrandException(
        FailureCode.ENGINE_FAILED,
        "another installation has a container of this name; if nobody needs it: docker rm --force "
            + container);
  }

  /**
   * What to say of a box that did not go.
   *
   * @param look a command that shows why
   */
  static ErrandException stays(BoxId id, ErrandException failed, String look) {
    return failed.code() == FailureCode.ENGINE_UNAVAILABLE
        ? failed
        : new ErrandException(
            FailureCode.ENGINE_FAILED,
            "the box %s cannot be removed, which is tried again: %s; to see why: %s"
                .formatted(id, failed.failure().message(), look),
            failed);
  }

  private static FailureCode code(RuntimeException thrown, String said) {
    if (said.contains("no space left on device")) {
      return FailureCode.DISK_FULL;
    }
    if (said.contains("no such image")
        || said.contains("pull access denied")
        || said.contains("manifest unknown")
        || said.contains("invalid reference format")) {
      return FailureCode.IMAGE_NOT_FOUND;
    }
    if (thrown instanceof NotFoundException && said.contains("no such container")) {
      return FailureCode.BOX_LOST;
    }
    if (thrown instanceof DockerException) {
      return FailureCode.ENGINE_FAILED;
    }
    for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return FailureCode.ENGINE_UNAVAILABLE;
      }
    }
    return FailureCode.ENGINE_FAILED;
  }
}
