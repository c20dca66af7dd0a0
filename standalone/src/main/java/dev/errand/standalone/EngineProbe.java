package dev.errand.standalone;

import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineInfo;
import dev.errand.sandbox.EngineSettings;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.standalone.Doctor.Finding;
import java.util.ArrayList;
import java.util.List;

/** What the doctor sees of the container engine. */
final class EngineProbe implements AutoCloseable {
  private static final long MINIMUM_MEMORY_BYTES = 2L << 30;

  private final Engine engine;

  private EngineProbe(Engine engine) {
    this.engine = engine;
  }

  /** Connects; ENGINE_UNAVAILABLE when nothing answers. */
  static EngineProbe connect() {
    return new EngineProbe(Engine.connect(EngineSettings.of(System.getenv())));
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    EngineInfo info = engine.info();
    findings.add(
        new Finding(
            "engine", true, "%s on %s".formatted(info.version(), info.operatingSystem()), ""));
    findings.add(
        new Finding(
            "memory",
            info.memoryBytes() >= MINIMUM_MEMORY_BYTES,
            "%.1f GiB, %d cores".formatted(info.memoryBytes() / (double) (1L << 30), info.cpus()),
            "use a machine with at least 2 GiB: each attempt takes up to its limits.memory"));
    String image = EnvironmentSpec.DEFAULT_IMAGE;
    findings.add(
        new Finding("image", engine.hasImage(image), image, "build it with `make images`"));
    return findings;
  }

  @Override
  public void close() {
    engine.close();
  }
}
