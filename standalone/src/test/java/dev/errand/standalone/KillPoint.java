package dev.errand.standalone;

import dev.errand.stage.StageHost.Step;
import dev.errand.standalone.ServerSettings.Service;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
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

  /** As many rounds as there are steps, each with every stage at one of its steps, all drawn. */
  static List<List<KillPoint>> rounds(Random random) {
    List<List<KillPoint>> rounds = new ArrayList<>();
    for (Step _ : Step.values()) {
      rounds.add(new ArrayList<>());
    }
    for (Stage stage : Stage.values()) {
      List<Step> steps = new ArrayList<>(List.of(Step.values()));
      Collections.shuffle(steps, random);
      for (int round = 0; round < steps.size(); round++) {
        rounds.get(round).add(new KillPoint(stage, steps.get(round)));
      }
    }
    return rounds;
  }

  Service service() {
    return stage.service;
  }

  /** As the server's {@link HoldPoints} reads it. */
  @Override
  public String toString() {
    return stage.name().toLowerCase(Locale.ROOT) + "." + step;
  }
}
