package dev.errand.ingest.access;

import dev.errand.schemas.ids.Owner;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param token the id of the token that said so
 */
public record Caller(Owner owner, Role role, String token) {
  /**
   * Whether the caller may do it to a thing.
   *
   * @param to whom the thing belongs to; null while that is not known
   * @param members of the thing's environment
   */
  public boolean may(Operation operation, @Nullable Owner to, Set<Owner> members) {
    return switch (Access.reach(role, operation)) {
      case NOTHING -> false;
      case OWN -> owner.equals(to) || members.contains(owner);
      case EVERYTHING -> true;
    };
  }
}
