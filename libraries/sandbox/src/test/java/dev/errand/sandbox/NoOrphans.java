package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A guarantee: what an installation has made on the engine and on the host is gone when its tasks
 * have ended. Made before, asked after. Volumes carry no label of ours, so the engine's whole list
 * is compared, less what other installations' containers hold.
 */
public final class NoOrphans {
  private static final String INSTALLATION = "errand.installation";

  /** The kernel first writes back what the box had not; removals of containers are asynchronous. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Path UNIX_SOCKETS = Path.of("/proc/net/unix");

  private final Engine engine;
  private final String installation;
  private final Path root;
  private final Set<String> volumesBefore;

  /**
   * @param root of the boxes, as in {@link BoxesSettings}
   */
  public NoOrphans(Engine engine, String installation, Path root) {
    this.engine = engine;
    this.installation = installation;
    this.root = root;
    this.volumesBefore = volumes();
  }

  /** Fails, naming it, when something of the installation is left. */
  public void verify() {
    assertThat(violations()).as("what %s has left in %s", installation, root).isEmpty();
  }

  /** What breaks it, in words: containers, volumes, boxes' folders, sockets that are bound. */
  public List<String> violations() {
    List<String> left = new ArrayList<>();
    containers(true).forEach(container -> left.add("container " + name(container)));
    Set<String> volumes = volumes();
    volumes.removeAll(volumesBefore);
    containers(false).forEach(other -> volumes.removeAll(volumesOf(other)));
    volumes.forEach(volume -> left.add("volume " + volume));
    folders().forEach(folder -> left.add("folder " + folder));
    sockets().forEach(socket -> left.add("socket " + socket));
    return left;
  }

  /** Containers, running or dead, of the installation or of others. */
  private List<Container> containers(boolean ours) {
    return engine
        .call("list containers", client -> client.listContainersCmd().withShowAll(true).exec())
        .stream()
        .filter(container -> ours == isOurs(container))
        .filter(container -> !"mounter".equals(container.getLabels().get("errand.role")))
        .toList();
  }

  /** Fails when a mounter lives on, which none does longer than the process that it works for. */
  void awaitNoMounter() {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(mounters()).as("mounters of %s", installation).isEmpty());
  }

  /** The containers that attach disks for this installation's processes. */
  List<String> mounters() {
    return engine
        .call(
            "list mounters",
            client ->
                client
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(Map.of(INSTALLATION, installation, "errand.role", "mounter"))
                    .exec())
        .stream()
        .map(Container::getId)
        .toList();
  }

  private boolean isOurs(Container container) {
    return installation.equals(container.getLabels().get(INSTALLATION));
  }

  private static Set<String> volumesOf(Container container) {
    return container.getMounts().stream()
        .map(mount -> String.valueOf(mount.getName())) // a folder's mount has none
        .collect(Collectors.toSet());
  }

  private Set<String> volumes() {
    return engine.call(
        "list volumes",
        client ->
            client.listVolumesCmd().exec().getVolumes().stream()
                .map(volume -> volume.getName())
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  /** What lies in the boxes' folder, and in their disks', beside our own programs. */
  private List<String> folders() {
    if (!Files.isDirectory(root)) {
      return List.of(); // no worker has been here
    }
    return Stream.of(root, root.resolve("disks"))
        .filter(Files::isDirectory)
        .flatMap(NoOrphans::names)
        .filter(
            name -> !name.matches("disks|frozen|(runner|mounter|programs|seccomp)-[0-9a-f]{16}"))
        .filter(name -> !name.matches("errand-mounter-[0-9a-f]{16}\\.sock"))
        .toList();
  }

  private static Stream<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Sockets that some process still has, whether or not their files are gone. */
  private List<String> sockets() {
    try (Stream<String> lines = Files.lines(UNIX_SOCKETS)) {
      return lines
          .filter(line -> line.contains(" " + root + "/"))
          .filter(line -> !line.contains("/errand-mounter-"))
          .map(line -> line.substring(line.indexOf('/')))
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Fails when a loop device still holds the file a while later. */
  static void awaitNoDeviceOn(Path file) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(devicesOn(file)).as("devices of " + file).isZero());
  }

  /** How many loop devices hold the file. */
  static long devicesOn(Path file) throws IOException {
    return backingFiles().stream().filter(name -> name.contains("/" + file.getFileName())).count();
  }

  /** As the mounter that attached them saw their places. */
  private static List<String> backingFiles() throws IOException {
    List<String> files = new ArrayList<>();
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
      for (Path device : devices) {
        Path backing = device.resolve("loop/backing_file");
        if (Files.exists(backing)) {
          files.add(Files.readString(backing).strip());
        }
      }
    }
    return files;
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
  Set<String> existing(Set<String> volumes) {
    Set<String> left = volumes();
    left.retainAll(volumes);
    return left;
  }

  private static String name(Container container) {
    return Arrays.toString(container.getNames());
  }
}
