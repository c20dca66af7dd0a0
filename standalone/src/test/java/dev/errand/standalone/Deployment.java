package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.errand.standalone.ServerSettings.Service;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A whole Errand in processes of its own, started from what the build packaged, in a folder of its
 * own: what a user starts, so what a test may kill.
 */
final class Deployment implements AutoCloseable {
  static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  static final Path SERVER =
      SourceTree.ROOT.resolve("standalone/target/quarkus-app/quarkus-run.jar");
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration END = Duration.ofSeconds(45);

  private static final Set<String> OVER = Set.of("ready", "failed", "cancelled", "rejected");

  /** How the services are spread over processes. */
  enum Mode {
    ONE_PROCESS,
    PROCESS_PER_SERVICE;

    private List<Set<Service>> processes() {
      return switch (this) {
        case ONE_PROCESS -> List.of(EnumSet.allOf(Service.class));
        case PROCESS_PER_SERVICE ->
            EnumSet.allOf(Service.class).stream().<Set<Service>>map(EnumSet::of).toList();
      };
    }
  }

  private final Path data;
  private final int httpPort = freePort();
  private final int kafkaPort = freePort();
  private final int controllerPort = freePort();
  private final Map<Service, Process> processes = new EnumMap<>(Service.class);
  private final Mode mode;
  private final Map<String, String> settings;

  private Deployment(Mode mode, Map<String, String> settings) {
    this.mode = mode;
    this.settings = settings;
    try {
      // Short: the boxes' sockets lie below it, and a socket's path has 107 bytes.
      data = Files.createTempDirectory(Path.of("/tmp"), "errand-st");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Deployment start(Mode mode) {
    return start(mode, Map.of());
  }

  static Deployment start(Mode mode, Map<String, String> settings) {
    Deployment deployment = new Deployment(mode, settings);
    mode.processes().forEach(deployment::launch);
    deployment.awaitReady();
    return deployment;
  }

  /** Runs a server that is expected to end by itself, and returns what it said. */
  static CommandResult serve(Path data, Map<String, String> settings) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>&1", "serve"));
    command.add(JAVA.toString());
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", SERVER.toString(), "serve"));
    return CommandResult.of(command, data, "", Map.of("ERRAND_DATA", data.toString()));
  }

  Path data() {
    return data;
  }

  String url() {
    return "http://localhost:" + httpPort;
  }

  int kafkaPort() {
    return kafkaPort;
  }

  /** Runs the command line client and returns what it did. */
  CommandResult errand(String... arguments) {
    return errandWith("", SourceTree.ROOT, arguments);
  }

  CommandResult errandWith(String input, Path folder, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                JAVA.toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                SourceTree.ROOT.resolve("cli/target/cli-0.1.0.jar").toString()));
    command.addAll(List.of(arguments));
    return CommandResult.of(command, folder, input, Map.of("ERRAND_DATA", data.toString()));
  }

  /** An environment that is small enough for many beside each other. */
  void applyEnvironment(String id, String repository, String setup) {
    String document =
        """
        id: %s
        repository: %s
        branch: main
        setup: %s
        limits: {cpus: 1, memory: 512MiB, setup: 15s, agent: 15s}
        """
            .formatted(
                id, repository, '"' + setup.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
    errandWith(document, SourceTree.ROOT, "env", "apply", "-f", "-").succeeded();
  }

  /** The id at the end of the address that {@code cloud exec} printed. */
  static String taskOf(CommandResult submission) {
    String url = submission.out().strip();
    return url.substring(url.lastIndexOf('/') + 1);
  }

  /** The task as it stands once it has ended, however it ended. */
  JsonNode awaitEnd(String task) {
    return await("the end of " + task)
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> status(task), status -> OVER.contains(status.path("state").asText()));
  }

  /** The task as it stands; nothing before admission has seen what a producer published. */
  private JsonNode status(String task) {
    CommandResult result = errand("cloud", "status", task, "--json");
    return result.out().isBlank() ? MissingNode.getInstance() : result.json();
  }

  /** SIGKILL to the process that runs the service: no handler, no goodbye. */
  void kill(Service service) {
    Process process = Objects.requireNonNull(processes.get(service), service::name);
    process.destroyForcibly();
    awaitEnd(process);
  }

  /** Starts again what runs the service, after a kill, and waits until it is ready. */
  void restart(Service service) {
    Set<Service> together =
        mode.processes().stream().filter(set -> set.contains(service)).findFirst().orElseThrow();
    launch(together);
    awaitReady();
  }

  String logOf(Service service) {
    try {
      return Files.readString(logFile(service));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void launch(Set<Service> services) {
    Service first = services.iterator().next();
    List<String> command =
        new ArrayList<>(List.of(JAVA.toString(), "-XX:+UseSerialGC", "-Xmx320m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    boolean front = services.contains(Service.INGEST);
    command.add("-Dquarkus.http.port=" + (front ? httpPort : 0));
    command.add("-Derrand.server.kafka.port=" + kafkaPort);
    command.add("-Derrand.server.kafka.controller-port=" + controllerPort);
    command.add("-Derrand.repositories.file-roots=/tmp");
    command.add("-Derrand.server.services=" + names(services));
    command.add("-jar");
    command.add(SERVER.toString());
    command.add("serve");
    File log = logFile(first).toFile();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .redirectErrorStream(true);
      builder.environment().put("ERRAND_DATA", data.toString());
      Process process = builder.start();
      services.forEach(service -> processes.put(service, process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady() {
    Installation installation = new Installation(data);
    await("Errand to be ready, see " + data)
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              processes.forEach(
                  (service, process) ->
                      assertThat(process.isAlive())
                          .withFailMessage(() -> service + " ended:\n" + logOf(service))
                          .isTrue());
              return installation.isReady();
            });
  }

  private Path logFile(Service service) {
    return data.resolveSibling(data.getFileName() + "-" + name(service) + ".log");
  }

  private static String names(Set<Service> services) {
    return services.stream().map(Deployment::name).collect(Collectors.joining(","));
  }

  private static String name(Service service) {
    return service.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Ends every process, front first, and removes the folder: what is left then is a leak. */
  @Override
  public void close() {
    Set<Process> living = Set.copyOf(processes.values());
    living.forEach(Process::destroy);
    living.forEach(Deployment::awaitEnd);
    Folders.delete(data);
    EnumSet.allOf(Service.class).forEach(service -> Folders.delete(logFile(service)));
  }

  private static void awaitEnd(Process process) {
    try {
      if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
