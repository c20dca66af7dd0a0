package dev.errand.provisioner;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Tasks of the kind that admission makes. */
final class Tasks {
  static final EnvironmentId ENVIRONMENT = new EnvironmentId("web");
  private static final long MIB = 1L << 20;

  private Tasks() {}

  /** What differs from one test to the next. */
  record Wish(
      String image,
      Map<String, String> pins,
      String setup,
      Duration setupLimit,
      Map<SecretName, Integer> secrets,
      String maintenance) {
    static Wish setup(String script) {
      return new Wish(
          EnvironmentSpec.DEFAULT_IMAGE, Map.of(), script, Duration.ofMinutes(2), Map.of(), "");
    }

    Wish limited(Duration limit) {
      return new Wish(image, pins, setup, limit, secrets, maintenance);
    }

    Wish pinned(Map<String, String> newPins) {
      return new Wish(image, newPins, setup, setupLimit, secrets, maintenance);
    }

    Wish on(String newImage) {
      return new Wish(newImage, pins, setup, setupLimit, secrets, maintenance);
    }

    Wish with(Map<SecretName, Integer> newSecrets) {
      return new Wish(image, pins, setup, setupLimit, newSecrets, maintenance);
    }

    Wish maintained(String script) {
      return new Wish(image, pins, setup, setupLimit, secrets, script);
    }
  }

  static TaskSpec task(
      TaskId id, RepositoryUrl repository, RefName branch, CommitSha commit, Wish wish) {
    EnvironmentSpec environment =
        new EnvironmentSpec(
            ENVIRONMENT,
            1,
            1,
            null,
            repository,
            null,
            wish.image(),
            wish.pins(),
            wish.setup(),
            wish.maintenance(),
            "",
            Map.of("COLOUR", "blue and 'green'"),
            List.copyOf(wish.secrets().keySet()),
            List.of(),
            new EnvironmentSpec.Internet(EnvironmentSpec.Preset.OFF, List.of(), List.of()),
            EnvironmentSpec.AgentKind.COMMAND,
            new EnvironmentSpec.Limits(
                1, 512 * MIB, 1024 * MIB, wish.setupLimit(), Duration.ofMinutes(1)));
    return new TaskSpec(
        id,
        new Owner("tester"),
        "true",
        environment,
        branch,
        commit,
        1,
        wish.secrets(),
        Instant.EPOCH);
  }
}
