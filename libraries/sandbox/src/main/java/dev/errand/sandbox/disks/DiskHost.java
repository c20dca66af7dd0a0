package dev.errand.sandbox.disks;

import com.github.dockerjava.api.DockerClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** The engine and the folders that disks are laid with. Thread-safe. */
public interface DiskHost {
  /** Where the disks lie; made when it is missing. */
  Path disks();

  /** Where disks lie that nobody writes any more; made when it is missing. */
  Path frozen();

  /** Bytes that a disk leaves free beside it; 0 leaves nothing. */
  long reserveBytes();

  /** The boxes' folders, by their ids. */
  Path boxes();

  /** Our program that mounts. */
  Path mounter();

  /** What containers of the installation's own are labelled with. */
  Map<String, String> labels();

  /**
   * One or several calls of the engine, as one to whoever waits for it.
   *
   * @throws dev.errand.schemas.ErrandException ENGINE_UNAVAILABLE, ENGINE_FAILED
   */
  <T> T call(String what, Function<DockerClient, T> request);

  /** Whether it is podman's service, which lets no container use a kind of device. */
  boolean isPodman(DockerClient client);

  /** Ensures that the container is gone. */
  void removeWholly(String name);
}
