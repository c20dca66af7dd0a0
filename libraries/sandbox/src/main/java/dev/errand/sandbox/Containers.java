package dev.errand.sandbox;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.TmpfsOptions;
import com.github.dockerjava.api.model.Ulimit;
import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A box's container in the engine's words: what it is made with, and what can be asked of it. */
final class Containers {
  private static final Duration REMOVAL_LOOK = Duration.ofMillis(100);
  private static final int REMOVAL_LOOKS = 600; // a minute: a large root file system takes seconds

  private static final long NANOS_PER_CPU = 1_000_000_000;

  /** An engine in a container of its own may not be allowed to give more (20,000 was seen). */
  private static final long MAX_FILES = 16_384;

  /** Of one user, in all boxes; podman may not be allowed to give the million that it would. */
  private static final long MAX_PROCESSES = 32_768;

  /** Package managers need the six; KILL and SETPCAP are the runner's, which passes on neither. */
  private static final Capability[] CAPABILITIES = {
    Capability.CHOWN,
    Capability.DAC_OVERRIDE,
    Capability.FOWNER,
    Capability.FSETID,
    Capability.SETUID,
    Capability.SETGID,
    Capability.KILL,
    Capability.SETPCAP
  };

  /** The runner's argument: it does nothing before its box's disk is there. */
  private static final String RUNNER_AWAITS_DISK = "disk";

  private final Engine engine;
  private final BoxesSettings settings;

  Containers(Engine engine, BoxesSettings settings) {
    this.engine = engine;
    this.settings = settings;
  }

  /**
   * What the engine knows of a container.
   *
   * @param fresh whether it was created and never started
   * @param pid of the runner on the engine's host; 0 when it does not run
   * @param environment the image's variables: we give none of our own
   */
  record State(
      String name,
      String id,
      boolean running,
      boolean fresh,
      long pid,
      boolean outOfMemory,
      long exitCode,
      Map<String, String> labels,
      List<String> environment) {
    void requireRunning() {
      if (running) {
        return;
      }
      throw outOfMemory
          ? new ErrandException(FailureCode.OUT_OF_MEMORY, "the box was killed at its memory limit")
          : new ErrandException(
              FailureCode.BOX_LOST,
              "the container %s has ended with exit code %d".formatted(name, exitCode));
    }
  }

  /** Creates and starts; the name, taken already, is the caller's conflict to solve. */
  boolean create(BoxSpec spec, String name, Map<String, String> labels, List<Mount> mounts) {
    if (settings.isolation().userNamespace()) {
      engine.requireUserNamespaces();
    }
    boolean created =
        engine.call(
            "create the container " + name,
            client -> {
              try {
                command(client, spec, mounts).withName(name).withLabels(labels).exec();
                return true;
              } catch (ConflictException taken) {
                return false;
              }
            });
    start(name);
    return created;
  }

  /** Whether it was this call that started it. */
  private boolean start(String name) {
    return engine.call(
        "start the container " + name,
        client -> {
          try {
            client.startContainerCmd(name).exec();
            return true;
          } catch (NotModifiedException running) {
            return false;
          }
        });
  }

  private CreateContainerCmd command(DockerClient client, BoxSpec spec, List<Mount> own) {
    List<Mount> mounts = new ArrayList<>(own);
    if (onDisk()) {
      mounts.addAll(insteadOfVolumes(client, spec.image()));
    }
    return client
        .createContainerCmd(spec.image())
        .withEntrypoint(Boxes.RUNNER_INSIDE)
        .withCmd(onDisk() ? List.of(RUNNER_AWAITS_DISK) : List.of())
        .withUser("0:0")
        .withWorkingDir("/")
        .withHostName("box")
        .withStopSignal("SIGKILL")
        .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
        .withHostConfig(hostConfig(client, spec, mounts));
  }

  /**
   * The engine would copy what an image has there into a volume outside of the box's limit; the box
   * sees the image's own files on its disk, and none of these mounts.
   */
  private static List<Mount> insteadOfVolumes(DockerClient client, String image) {
    ContainerConfig config = client.inspectImageCmd(image).exec().getConfig();
    Map<String, ?> volumes = config == null ? null : config.getVolumes();
    return (volumes == null ? Set.<String>of() : volumes.keySet())
        .stream()
            .map(
                path ->
                    new Mount()
                        .withType(MountType.TMPFS)
                        .withTarget(path)
                        .withTmpfsOptions(new TmpfsOptions().withSizeBytes(1L)))
            .toList();
  }

  private HostConfig hostConfig(DockerClient client, BoxSpec spec, List<Mount> mounts) {
    long memoryBytes = spec.limits().memoryBytes();
    boolean podman = Engine.isPodman(client);
    HostConfig config =
        HostConfig.newHostConfig()
            .withNetworkMode("none")
            .withIpcMode("private")
            .withCapDrop(Capability.ALL)
            .withCapAdd(CAPABILITIES)
            .withSecurityOpts(securityOptions(podman))
            .withMemory(memoryBytes)
            .withMemorySwap(memoryBytes) // together with swap: no swap
            .withNanoCPUs((long) (spec.limits().cpus() * NANOS_PER_CPU))
            .withReadonlyRootfs(onDisk())
            .withPidsLimit((long) settings.isolation().pids())
            .withInit(false)
            .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
            .withUlimits(ulimits(podman))
            .withMounts(mounts);
    String runtime = settings.isolation().runtime();
    return runtime == null ? config : config.withRuntime(runtime);
  }

  private static List<Ulimit> ulimits(boolean podman) {
    Ulimit files = new Ulimit("nofile", MAX_FILES, MAX_FILES);
    Ulimit core = new Ulimit("core", 0L, 0L);
    return podman
        ? List.of(files, core, new Ulimit("nproc", MAX_PROCESSES, MAX_PROCESSES))
        : List.of(files, core);
  }

  private List<String> securityOptions(boolean podman) {
    return settings.isolation().holds(Rule.SECCOMP)
        ? List.of("no-new-privileges", SeccompProfile.option(podman, settings.root()))
        : List.of("no-new-privileges");
  }

  private boolean onDisk() {
    return settings.isolation().holds(Rule.DISK);
  }

  /** By name or id. */
  Optional<State> inspect(String container) {
    return engine.call(
        "inspect the container " + container,
        client -> {
          try {
            return Optional.of(state(client.inspectContainerCmd(container).exec()));
          } catch (NotFoundException absent) {
            return Optional.empty();
          }
        });
  }

  private static State state(InspectContainerResponse inspected) {
    InspectContainerResponse.ContainerState state = inspected.getState();
    Map<String, String> labels = inspected.getConfig().getLabels();
    String[] environment = inspected.getConfig().getEnv();
    return new State(
        withoutSlash(inspected.getName()),
        inspected.getId(),
        Boolean.TRUE.equals(state.getRunning()),
        "created".equals(state.getStatus()),
        state.getPidLong() == null ? 0 : state.getPidLong(),
        Boolean.TRUE.equals(state.getOOMKilled()),
        state.getExitCodeLong() == null ? -1 : state.getExitCodeLong(),
        labels == null ? Map.of() : labels,
        environment == null ? List.of() : List.of(environment));
  }

  /** Containers with all of these labels, running or dead. */
  List<Container> list(Map<String, String> labels) {
    return engine.call(
        "list containers",
        client -> client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec());
  }

  /** Whether the container has the name now; false when another has it. */
  boolean rename(String id, String name) {
    return engine.call(
        "rename a container to " + name,
        client -> {
          try {
            client.renameContainerCmd(id).withName(name).exec();
            return true;
          } catch (ConflictException taken) {
            return false;
          } catch (BadRequestException itsNameAlready) {
            return id.equals(client.inspectContainerCmd(name).exec().getId());
          }
        });
  }

  /** Kills and removes with anonymous volumes; returns when nothing of the container is left. */
  void removeWholly(String id) {
    boolean interrupted = false;
    for (int look = 0; !remove(id); look++) {
      if (look == REMOVAL_LOOKS) {
        throw new ErrandException(
            FailureCode.ENGINE_FAILED, "the engine does not end the removal of container " + id);
      }
      try {
        TimeUnit.NANOSECONDS.sleep(REMOVAL_LOOK.toNanos()); // another caller's removal goes on
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** False while another removal is under way. */
  private boolean remove(String id) {
    return engine.call(
        "remove a container",
        client -> {
          try {
            client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
            return true;
          } catch (NotFoundException gone) {
            return true;
          } catch (ConflictException underWay) {
            return false;
          }
        });
  }

  static String withoutSlash(@Nullable String name) {
    return name == null ? "" : name.startsWith("/") ? name.substring(1) : name;
  }
}
