package dev.errand.ingest.access;

import dev.errand.schemas.ids.Owner;
import java.time.Instant;

/**
 * What the server keeps of a token; the token itself is not among it.
 *
 * @param id 12 of a-z and 2-7; the key id of signed inbox records
 * @param sha256 of the token's whole text, in hex
 * @param inboxKey signs inbox records, in hex; derived from the token's secret, which it does not
 *     tell
 */
public record Token(
    String id, Owner owner, Role role, String sha256, String inboxKey, Instant createdAt) {
  Caller caller() {
    return new Caller(owner, role, id);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Token[%s of %s]".formatted(id, owner);
  }
}
