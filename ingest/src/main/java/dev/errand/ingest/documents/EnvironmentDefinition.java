package dev.errand.ingest.documents;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ids.Owner;
import java.util.Set;

/**
 * What an environment's document says.
 *
 * @param spec how the environment's tasks run
 * @param members who sees and cancels them beside their owners; no part of the spec, which travels
 *     with tasks that may be older than a change of members
 */
public record EnvironmentDefinition(EnvironmentSpec spec, Set<Owner> members) {
  public EnvironmentDefinition {
    members = Set.copyOf(members);
  }
}
