package dev.errand.standalone;

import static org.awaitility.Awaitility.await;

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
 * one destroy each other's firewall rules, and without a network, as no box has one. It has the
 * default image from the machine's engine. Root only.
 */
final class OwnEngine implements Surroundings {
  private static final Duration START = Duration.ofMinutes(1);
  private static final String IMAGE = "errand/universal";

  private Path folder = Path.of("nowhere");
  private @Nullable Process containerd;
  private @Nullable Process daemon;

  @Override
  public void before(Path data) {
    try { // of a name of its own: what is left in the data folder is told by that folder's
      folder = Files.createTempDirectory(data.getParent(), "errand-engine");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    startContainerd();
    start();
    String copy = "docker save %s | docker --host %s load".formatted(IMAGE, host());
    CommandResult.of(List.of("bash", "-o", "pipefail", "-c", copy), SourceTree.ROOT, "", Map.of())
        .succeeded();
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
    daemon =
        launch(
            "dockerd",
            "--host=" + host(),
            "--data-root=" + folder.resolve("data"),
            "--exec-root=" + folder.resolve("x"),
            "--pidfile=" + folder.resolve("pid"),
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--containerd=" + folder.resolve("c.sock"));
    await("the engine, see " + log())
        .atMost(START)
        .until(() -> docker("version").exitCode() == 0 || !process().isAlive());
    docker("version").succeeded();
  }

  private Process launch(String... program) {
    List<String> command = new ArrayList<>(List.of("unshare", "--net"));
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
