package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A guarantee: what an installation has made on the engine and on the disk is gone when its tasks
 * have ended. Taken before, verified after; volumes carry no label of ours, so the engine's whole
 * list is compared, less what other installations' containers hold.
 */
public final class NoOrphans {
  private final Engine engine;
  private final String installation;
  private final Path root;

  /**
   * @param root of the boxes, as in {@link BoxesSettings}
   */
  public NoOrphans(Engine engine, String installation, Path root) {
    this.engine = engine;
    this.installation = installation;
    this.root = root;
  }

  /** Fails, naming them, when containers or folders of the installation are left. */
  public void verify() {
    assertThat(containers()).as("containers of %s", installation).isEmpty();
    assertThat(folders()).as("folders of boxes in %s", root).isEmpty();
  }

  /** Names of the installation's containers, running or dead. */
  public List<String> containers() {
    return engine.call(
        "list containers",
        client ->
            client
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("errand.installation", installation))
                .exec()
                .stream()
                .map(NoOrphans::name)
                .toList());
  }

  /** What lies in the boxes' folder beside the runners and the diff's programs. */
  public List<String> folders() {
    try (Stream<Path> files = Files.list(root)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("runner-") && !name.startsWith("programs-"))
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Names of the volumes that a container has now. */
  public Set<String> volumesOf(String containerId) {
    return engine.call(
        "inspect a container",
        client -> {
          var mounts = client.inspectContainerCmd(containerId).exec().getMounts();
          return (mounts == null ? List.<InspectContainerResponse.Mount>of() : mounts)
              .stream()
                  .map(mount -> String.valueOf(mount.getName()))
                  .filter(name -> !name.equals("null")) // a mount of a folder
                  .collect(Collectors.toSet());
        });
  }

  /** Which of these volumes still exist. */
  public Set<String> existing(Set<String> volumes) {
    return engine.call(
        "list volumes",
        client ->
            client.listVolumesCmd().exec().getVolumes().stream()
                .map(volume -> volume.getName())
                .filter(volumes::contains)
                .collect(Collectors.toSet()));
  }

  private static String name(Container container) {
    return Arrays.toString(container.getNames());
  }
}
