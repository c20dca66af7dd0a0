package dev.errand.ingest.access;

import dev.errand.ingest.access.Access.Reach;
import dev.errand.schemas.ids.Owner;

/**
 * Who asks.
 *
 * @param token the id of the token that said so
 */
public record Caller(Owner owner, Role role, String token) {
  /** Whether the caller may do it to what belongs to this owner. */
  public boolean may(Operation operation, Owner to) {
    Reach reach = Access.reach(role, operation);
    return reach == Reach.EVERYTHING || (reach == Reach.OWN && owner.equals(to));
  }
}
