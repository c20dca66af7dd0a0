package dev.errand.standalone;

import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineSettings;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the doctor sees of the container engine. */
final class EngineProbe implements AutoCloseable {
  private static final long MINIMUM_MEMORY_BYTES = 2L << 30;

  private final Engine engine;

  private EngineProbe(Engine engine) {
    this.engine = engine;
  }

  /** What an engine says that is where DOCKER_HOST says, or why none says anything. */
  static List<Finding> look(Map<String, String> environment) {
    EngineSettings settings;
    try {
      settings = EngineSettings.of(environment);
    } catch (ErrandException e) {
      return List.of(Finding.missing("engine", e.failure().message(), remedy(environment)));
    }
    try (var probe = new EngineProbe(Engine.connect(settings))) {
      return probe.findings();
    } catch (ErrandException e) {
      Path socket = Path.of(settings.host().getPath());
      return List.of(
          Files.exists(socket) && !Files.isWritable(socket)
              ? Finding.missing(
                  "engine",
                  "you may not use the engine at " + socket,
                  "join its group (sudo adduser %s docker), then log in again"
                      .formatted(System.getProperty("user.name")))
              : Finding.missing("engine", e.failure().message(), remedy(environment)));
    }
  }

  private static String remedy(Map<String, String> environment) {
    return environment.getOrDefault("DOCKER_HOST", "").isBlank()
        ? "start the container engine (sudo systemctl start docker), or install one: sudo make engine"
        : "start the container engine there, or unset DOCKER_HOST";
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    Engine.Facts info = engine.info();
    findings.add(
        Finding.well("engine", "%s on %s".formatted(info.version(), info.operatingSystem())));
    findings.add(
        Finding.of(
            "memory",
            info.memoryBytes() >= MINIMUM_MEMORY_BYTES,
            "%.1f GiB, %d cores".formatted(info.memoryBytes() / (double) (1L << 30), info.cpus()),
            "use a machine with at least 2 GiB: each attempt takes up to its limits.memory"));
    findings.add(
        Finding.of(
            "seccomp",
            info.filtersSystemCalls(),
            info.filtersSystemCalls() ? "system calls are filtered" : "no box starts without it",
            "use a kernel and an engine with seccomp, or set errand.server.boxes.without to seccomp"));
    String image = EnvironmentSpec.DEFAULT_IMAGE;
    findings.add(Finding.of("image", engine.hasImage(image), image, "build it: make images"));
    return findings;
  }

  @Override
  public void close() {
    engine.close();
  }
}
