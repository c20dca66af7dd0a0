package dev.errand.cli.cloud;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.session.Session;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A request that may be sent again: its idempotency key tells the server that it is the same. */
final class KeyedRequest {
  private static final int MAX_KEY_CHARACTERS = 200;

  /** The same key is sent each time, so a try that was answered into the void does no harm. */
  private static final int MAX_TRIES = 3;

  private KeyedRequest() {}

  /**
   * @throws CommandFailure (USAGE) when the server would not take the key
   */
  static void requireKey(@Nullable String key) {
    if (key != null && (key.isBlank() || key.length() > MAX_KEY_CHARACTERS)) {
      throw CommandFailure.usage(
          "an idempotency key has 1 to " + MAX_KEY_CHARACTERS + " characters",
          "give such a key, or leave --idempotency-key out");
    }
  }

  /**
   * Sends it, and again when the connection was lost.
   *
   * @param key null is a new one
   */
  static Api.Answer post(Session session, ApiPath path, ObjectNode request, @Nullable String key) {
    Api.Body body =
        Api.Body.json(request)
            .withHeader("Idempotency-Key", key == null ? UUID.randomUUID().toString() : key);
    for (int tries = 1; ; tries++) {
      try {
        return session.api().send("POST", path, body);
      } catch (CommandFailure e) {
        // Answered or never sent: another try would change nothing.
        if (!e.lostUnderway() || tries == MAX_TRIES) {
          throw e;
        }
        session.note(e.text() + "; sending it again with the same key");
      }
    }
  }
}
