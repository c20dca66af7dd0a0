package dev.errand.standalone;

import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineFacts;
import dev.errand.sandbox.EngineSettings;
import dev.errand.sandbox.disks.Disks;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.standalone.ServerSettings.Demand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** What the doctor sees of the container engine. */
final class EngineProbe implements AutoCloseable {
  private static final long MINIMUM_MEMORY_BYTES = 2L << 30;

  private static final Pattern KERNEL = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})");

  /** 5.10, in thousands: overlays that wait for no write. */
  private static final int MINIMUM_KERNEL = 5_010;

  private static final String RUNTIME = "errand.server.boxes.runtime";
  private static final String USER_NAMESPACE = "errand.server.boxes.user-namespace";

  private final Engine engine;

  private EngineProbe(Engine engine) {
    this.engine = engine;
  }

  /** What an engine says that is where DOCKER_HOST says, or why none says anything. */
  static List<Finding> look(Map<String, String> environment, Demands demands) {
    EngineSettings settings;
    try {
      settings = EngineSettings.of(environment);
    } catch (ErrandException e) {
      return List.of(Finding.missing("engine", e.failure().message(), remedy(environment)));
    }
    try (var probe = new EngineProbe(Engine.connect(settings))) {
      return probe.findings(demands);
    } catch (ErrandException e) {
      Path socket = Path.of(settings.host().getPath());
      return List.of(
          Files.exists(socket) && !Files.isWritable(socket)
              ? Finding.missing(
                  "engine",
                  "you may not use the engine at " + socket,
                  "join its group (sudo adduser %s docker), then log in again"
                      .formatted(System.getProperty("user.name")))
              : Finding.missing("engine", e.failure().message(), remedy(environment, e)));
    }
  }

  /** One that answers is not to be started. */
  private static String remedy(Map<String, String> environment, ErrandException failed) {
    return failed.code() == FailureCode.ENGINE_FAILED
        ? "do what the message says, or install an engine that fits: sudo make engine"
        : remedy(environment);
  }

  private static String remedy(Map<String, String> environment) {
    return environment.getOrDefault("DOCKER_HOST", "").isBlank()
        ? "start the container engine (sudo systemctl start docker), or install one: sudo make"
            + " engine"
        : "start the container engine there, or unset DOCKER_HOST";
  }

  List<Finding> findings(Demands demands) {
    List<Finding> findings = new ArrayList<>();
    EngineFacts info = engine.info();
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
            "use a kernel and an engine with seccomp, or set errand.server.boxes.without to"
                + " seccomp"));
    findings.add(limits(info));
    findings.add(boxDisks(info, Disks.remedy()));
    findings.addAll(isolation(engine.traits(), demands));
    String image = EnvironmentSpec.DEFAULT_IMAGE;
    findings.add(Finding.of("image", engine.hasImage(image), image, "build it: make images"));
    return findings;
  }

  /** Whether the engine can keep a box from taking all of its machine. */
  static Finding limits(EngineFacts info) {
    return Finding.of(
        "limits",
        info.unlimited().isEmpty(),
        info.unlimited().isEmpty()
            ? "memory, processors and processes of a box are limited"
            : "%s cannot be held, and no attempt starts"
                .formatted(String.join(", ", info.unlimited())),
        EngineFacts.LIMITS_REMEDY);
  }

  /**
   * Whether limits.disk can hold here, and why not.
   *
   * @param lack what this machine lacks, with its remedy
   */
  static Finding boxDisks(EngineFacts info, Optional<String> lack) {
    String without = ", or set errand.server.boxes.without to disk: boxes then have no limit";
    if (lack.isPresent()) {
      return Finding.missing("box disks", "no box starts without them", lack.get() + without);
    }
    if (info.rootless()) {
      return Finding.missing(
          "box disks",
          "an engine without root attaches no loop device, and no box starts",
          "use an engine that runs as root" + without);
    }
    Matcher kernel = KERNEL.matcher(info.kernel());
    boolean old =
        kernel.lookingAt()
            && Integer.parseInt(kernel.group(1)) * 1000 + Integer.parseInt(kernel.group(2))
                < MINIMUM_KERNEL;
    return Finding.of(
        "box disks",
        !old,
        old
            ? "Linux %s mounts none, and no box starts".formatted(info.kernel())
            : "each box has a disk of its limit, a file on a loop device",
        "use Linux 5.10 or newer" + without);
  }

  /** Whether the engine gives what the settings ask of it for boxes, and how it keeps users. */
  static List<Finding> isolation(Engine.Traits engine, Demands demands) {
    List<Finding> findings = new ArrayList<>();
    demands
        .runtime()
        .ifPresent(
            runtime ->
                findings.add(
                    Finding.of(
                        "runtime",
                        engine.runtimes().contains(runtime),
                        "%s, for boxes".formatted(runtime),
                        "give it to the engine (dockerd --add-runtime), or set %s to one of %s"
                            .formatted(RUNTIME, String.join(", ", engine.runtimes())))));
    if (engine.podman()) {
      findings.add(
          Finding.well("podman", "the container that lays boxes' disks is privileged, no box is"));
    }
    String shared =
        "boxes share users with this machine: only capabilities tell their root from its";
    findings.add(
        engine.userNamespaces()
            ? Finding.well("users", "boxes' root is an ordinary user of this machine")
            : Finding.of(
                "users",
                !demands.userNamespace(),
                demands.userNamespace() ? shared + ", so none is made" : shared,
                "start the engine with user namespaces (dockerd --userns-remap=default), or set "
                    + USER_NAMESPACE
                    + " to optional"));
    return findings;
  }

  /**
   * What the settings ask of the engine for boxes.
   *
   * @param runtime none takes the engine's default
   */
  record Demands(Optional<String> runtime, boolean userNamespace) {
    static final Demands NONE = new Demands(Optional.empty(), false);

    static Demands of(Config settings) {
      return new Demands(
          settings.getOptionalValue(RUNTIME, String.class),
          settings
              .getOptionalValue(USER_NAMESPACE, Demand.class)
              .filter(Demand.REQUIRED::equals)
              .isPresent());
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
