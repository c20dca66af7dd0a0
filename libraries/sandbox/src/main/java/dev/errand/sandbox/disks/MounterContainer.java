package dev.errand.sandbox.disks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Ulimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The container that a mounter lives in: our static program and nothing else, without a network,
 * with the rights to mount and no more. The engine removes it when its program has ended.
 */
public final class MounterContainer {
  /** An image without a file: nothing foreign is near this container's rights. */
  private static final String IMAGE = "errand/empty:1";

  private static final String DOCKERFILE = "FROM scratch\nLABEL dev.errand.content=none\n";
  private static final long BUILD_SECONDS = 60;

  private static final String PROGRAM_INSIDE = "/errand/mounter";
  private static final String BOXES_INSIDE = "/errand/boxes";
  private static final String DISKS_INSIDE = "/errand/disks";
  private static final String FROZEN_INSIDE = "/errand/frozen";

  /** Mounts and namespaces, others' /proc, loop devices, folders of an ordinary user. */
  private static final Capability[] CAPABILITIES = {
    Capability.SYS_ADMIN,
    Capability.SYS_CHROOT,
    Capability.SYS_PTRACE,
    Capability.MKNOD,
    Capability.DAC_OVERRIDE,
    Capability.CHOWN,
    Capability.FOWNER
  };

  /** Block devices of major 7 are loop devices; 10:237 hands them out. */
  private static final List<String> DEVICES = List.of("b 7:* rwm", "c 10:237 rwm");

  /** What keeps other containers from mounting anything. */
  private static final List<String> UNCONFINED =
      List.of("seccomp=unconfined", "apparmor=unconfined", "label=disable", "no-new-privileges");

  private static final long MEMORY_BYTES = 32L << 20;
  private static final long MAX_PROCESSES = 16;

  /** Podman would give more of both than it may be allowed to. */
  private static final List<Ulimit> ULIMITS =
      List.of(new Ulimit("nofile", 64L, 64L), new Ulimit("nproc", MAX_PROCESSES, MAX_PROCESSES));

  private final DiskHost host;

  public MounterContainer(DiskHost host) {
    this.host = host;
  }

  /**
   * Creates and starts it.
   *
   * @param socket of the process that it works for, a name in the disks' folder
   */
  public void start(DockerClient client, String name, String socket) throws IOException {
    ensureImage(client);
    client
        .createContainerCmd(IMAGE)
        .withName(name)
        .withEntrypoint(PROGRAM_INSIDE)
        .withCmd(DISKS_INSIDE + "/" + socket)
        .withUser("0:0")
        .withLabels(host.labels())
        .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
        .withHostConfig(hostConfig(host.isPodman(client)))
        .exec();
    client.startContainerCmd(name).exec();
  }

  /** Whether its program has not ended; a container that is gone does not run. */
  boolean runs(DockerClient client, String name) {
    try {
      return Boolean.TRUE.equals(client.inspectContainerCmd(name).exec().getState().getRunning());
    } catch (NotFoundException removed) {
      return false;
    }
  }

  /** Podman's service drops the rules for devices: there, it takes every right to use them. */
  private HostConfig hostConfig(boolean podman) {
    return HostConfig.newHostConfig()
        .withAutoRemove(true)
        .withNetworkMode("none")
        .withPidMode("host")
        .withUsernsMode("host")
        .withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withCapAdd(CAPABILITIES)
        .withSecurityOpts(UNCONFINED)
        .withDeviceCgroupRules(DEVICES)
        .withPrivileged(podman)
        .withMemory(MEMORY_BYTES)
        .withMemorySwap(MEMORY_BYTES)
        .withPidsLimit(MAX_PROCESSES)
        .withUlimits(ULIMITS)
        .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
        .withMounts(
            List.of(
                bound(host.mounter(), PROGRAM_INSIDE).withReadOnly(true),
                bound(host.boxes(), BOXES_INSIDE).withReadOnly(true),
                bound(host.frozen(), FROZEN_INSIDE).withReadOnly(true),
                bound(host.disks(), DISKS_INSIDE)));
  }

  private static Mount bound(Path source, String target) {
    return new Mount().withType(MountType.BIND).withSource(source.toString()).withTarget(target);
  }

  private void ensureImage(DockerClient client) throws IOException {
    if (isEmpty(client)) {
      return;
    }
    Path context = Files.createTempDirectory(host.disks(), "image-");
    Path dockerfile = context.resolve("Dockerfile");
    try {
      Files.writeString(dockerfile, DOCKERFILE);
      client
          .buildImageCmd(dockerfile.toFile())
          .withTags(Set.of(IMAGE))
          .start()
          .awaitImageId(BUILD_SECONDS, TimeUnit.SECONDS);
    } finally {
      Files.deleteIfExists(dockerfile);
      Files.delete(context);
    }
  }

  /** A name is only a name: an environment may have had the engine pull a stranger's image. */
  private static boolean isEmpty(DockerClient client) {
    try {
      Long bytes = client.inspectImageCmd(IMAGE).exec().getSize();
      return bytes != null && bytes == 0;
    } catch (NotFoundException absent) {
      return false;
    }
  }
}
