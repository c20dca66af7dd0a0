package dev.errand.standalone;

import dev.errand.stage.StageHost.Step;
import dev.errand.standalone.ServerSettings.Service;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A point of a stage's work at which its process is killed. */
record KillPoint(Stage stage, Step step) {
  /** All stages, by their names in lower case, and who runs them. */
  enum Stage {
    ADMIT(Service.INGEST),
    CONTAINER(Service.PROVISIONER),
    CHECKOUT(Service.PROVISIONER),
    SETUP(Service.PROVISIONER),
    AGENT(Service.AGENT_RUNNER),
    DIFF(Service.DIFF_COLLECTOR);

    private final Service service;

    Stage(Service service) {
      this.service = service;
    }
  }

  static List<KillPoint> all() {
    return Stream.of(Stage.values())
        .flatMap(stage -> Arrays.stream(Step.values()).map(step -> new KillPoint(stage, step)))
        .toList();
  }

  Service service() {
    return stage.service;
  }

  /** As the server's {@link HoldPoints} reads it. */
  @Override
  public String toString() {
    return stage.name().toLowerCase(java.util.Locale.ROOT) + "." + step;
  }
}
