package dev.errand.standalone;

import static org.awaitility.Awaitility.await;

import dev.errand.standalone.Deployment.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An engine for one test, which may kill it: in a network namespace of its own, as two engines in
 * one destroy each other's firewall rules, and without a network, as no box has one. Where the
 * servers are containers it runs them too: then that namespace is this JVM's as well, which reaches
 * them in their networks. It has its images from the machine's engine. Root only.
 */
final class OwnEngine implements Surroundings {
  private static final Duration START = Duration.ofMinutes(1);
  private static final String IMAGE = "errand/universal";

  private final boolean hasServers = Mode.current() == Mode.CONTAINER_PER_SERVICE;
  private Path folder = Path.of("nowhere");
  private @Nullable Process containerd;
  private @Nullable Process daemon;

  @Override
  public void before(Path data) {
    try { // of a name of its own: what is left in the data folder is told by that folder's
      folder =
          hasServers
              ? Files.createDirectory(ServerContainers.ENGINE.getParent())
              : Files.createTempDirectory(data.getParent(), "errand-engine");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    startContainerd();
    start();
    List<String> images = new ArrayList<>(List.of(IMAGE));
    if (hasServers) {
      machines("images/build-server");
      images.add(machines("images/build-server", "--print").out().strip());
    }
    String all = String.join(" ", images);
    String copy = "docker save %s | docker --host %s load".formatted(all, host());
    machines("bash", "-o", "pipefail", "-c", copy);
  }

  /** Runs what is about the machine's own engine. */
  private CommandResult machines(String... command) {
    Map<String, String> environment = // src/test/network/bin/java says where it is
        hasServers
            ? Map.of("DOCKER_HOST", Objects.requireNonNull(System.getenv("MACHINES_ENGINE")))
            : Map.of();
    return CommandResult.of(List.of(command), SourceTree.ROOT, "", environment).succeeded();
  }

  @Override
  public Map<String, String> environment() {
    return Map.of("DOCKER_HOST", host());
  }

  @Override
  public Map<String, String> engine() {
    return environment();
  }

  private String host() {
    return "unix://" + folder.resolve("s");
  }

  /** SIGKILL to the daemon: what runs in boxes goes on until it is started again. */
  void kill() {
    awaitEnd(process().destroyForcibly());
  }

  /** Apart, as an installed engine has it: it lives on when the daemon is killed. */
  private void startContainerd() {
    try {
      Path settings =
          Files.writeString(
              folder.resolve("containerd.toml"),
              """
              version = 2
              root = "%1$s/images"
              state = "%1$s/c"
              disabled_plugins = ["io.containerd.grpc.v1.cri"]
              [grpc]
              address = "%1$s/c.sock"
              """
                  .formatted(folder));
      containerd = launch("containerd", "--config", settings.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await("containerd").atMost(START).until(() -> Files.exists(folder.resolve("c.sock")));
  }

  /** Returns when it answers. */
  void start() {
    List<String> command = new ArrayList<>();
    command.add("dockerd");
    command.add("--host=" + host());
    command.add("--data-root=" + folder.resolve("data"));
    command.add("--exec-root=" + folder.resolve("x"));
    command.add("--pidfile=" + folder.resolve("pid"));
    command.add("--containerd=" + folder.resolve("c.sock"));
    if (!hasServers) {
      command.addAll(List.of("--bridge=none", "--iptables=false", "--ip6tables=false"));
    }
    daemon = launch(command.toArray(String[]::new));
    await("the engine, see " + log())
        .atMost(START)
        .until(() -> docker("version").exitCode() == 0 || !process().isAlive());
    docker("version").succeeded();
  }

  private Process launch(String... program) {
    List<String> command = new ArrayList<>(hasServers ? List.of() : List.of("unshare", "--net"));
    command.addAll(List.of(program));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path log() {
    return folder.resolveSibling(folder.getFileName() + ".log");
  }

  private CommandResult docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker", "--host", host()));
    command.addAll(List.of(arguments));
    return CommandResult.of(command, SourceTree.ROOT, "", Map.of());
  }

  @Override
  public void after(Path data) {
    List<ProcessHandle> shims = shims();
    await("the end of what the engine has forgotten")
        .atMost(START)
        .until(() -> shims.stream().allMatch(shim -> shim.children().findAny().isEmpty()));
    process().destroy();
    awaitEnd(process());
    Process store = Objects.requireNonNull(containerd, "not started");
    store.destroy();
    awaitEnd(store);
    shims.forEach(ProcessHandle::destroyForcibly); // they wait for orders about what has ended
    String unmount = // what a killed daemon had mounted
        "awk -v d=%s/ 'index($5, d) == 1 {print $5}' /proc/self/mountinfo | sort -r | xargs -r umount"
            .formatted(folder);
    CommandResult.of(List.of("bash", "-o", "pipefail", "-c", unmount), data, "", Map.of())
        .succeeded();
    Folders.delete(folder);
    Folders.delete(log());
  }

  /** Each watches a container; killed in the middle of a start, the daemon forgets some. */
  private List<ProcessHandle> shims() {
    String address = folder.resolve("c.sock").toString();
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains("-address " + address))
        .toList();
  }

  private Process process() {
    return Objects.requireNonNull(daemon, "not started");
  }

  private static void awaitEnd(Process process) {
    try {
      if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the engine did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
