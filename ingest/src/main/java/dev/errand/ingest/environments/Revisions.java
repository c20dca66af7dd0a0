package dev.errand.ingest.environments;

import dev.errand.schemas.EnvironmentSpec;

/** Specs of the same environment that differ in their numbers. */
final class Revisions {
  private Revisions() {}

  static EnvironmentSpec numbered(EnvironmentSpec spec, int version, int generation) {
    return new EnvironmentSpec(
        spec.id(),
        version,
        generation,
        spec.label(),
        spec.repository(),
        spec.branch(),
        spec.image(),
        spec.pins(),
        spec.setup(),
        spec.maintenance(),
        spec.verify(),
        spec.variables(),
        spec.secrets(),
        spec.trustedRefs(),
        spec.internet(),
        spec.agent(),
        spec.limits());
  }

  /** Whether the secrets of both are seen by the same code: repository, commits, image, scripts. */
  static boolean showSecretsToTheSame(EnvironmentSpec one, EnvironmentSpec other) {
    return one.repository().equals(other.repository())
        && one.trustedRefs().equals(other.trustedRefs())
        && one.image().equals(other.image())
        && one.setup().equals(other.setup())
        && one.maintenance().equals(other.maintenance());
  }

  /** Whether both say the same, whatever their numbers. */
  static boolean saySame(EnvironmentSpec one, EnvironmentSpec other) {
    return numbered(one, 0, 0).equals(numbered(other, 0, 0));
  }
}
