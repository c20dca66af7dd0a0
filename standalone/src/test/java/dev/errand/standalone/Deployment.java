package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.standalone.ServerSettings.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A whole Errand in processes or containers of its own, started from what the build packaged, in a
 * folder of its own: what a user starts, so what a test may kill.
 */
final class Deployment implements AutoCloseable {
  static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  static final Path SERVER =
      SourceTree.ROOT.resolve("standalone/target/quarkus-app/quarkus-run.jar");
  private static final Duration START = Duration.ofMinutes(2);

  private static final int KILLED = 128 + 9;

  /** What Kafka leaves when its logs are closed, and takes away when it starts. */
  private static final String CLEAN = ".kafka_cleanshutdown";

  private static final int FIRST_PORT = 10_000;
  private static final int FIRST_CLIENT_PORT = 32_768; // Linux's ip_local_port_range

  private static final Set<String> OVER = Set.of("ready", "failed", "cancelled", "rejected");

  /**
   * How the services are spread; the build runs every test once in each of the first two ways, and
   * some in the third.
   */
  enum Mode {
    ONE_PROCESS,
    PROCESS_PER_SERVICE,
    CONTAINER_PER_SERVICE;

    static Mode current() {
      return valueOf(System.getProperty("errand.mode", ONE_PROCESS.name()));
    }

    /** The services of each process. */
    List<Set<Service>> processes() {
      return switch (this) {
        case ONE_PROCESS -> List.of(EnumSet.allOf(Service.class));
        case PROCESS_PER_SERVICE, CONTAINER_PER_SERVICE ->
            EnumSet.allOf(Service.class).stream().<Set<Service>>map(EnumSet::of).toList();
      };
    }
  }

  private final Path data;
  private final Path temporary;
  private final int httpPort = freePort();
  private final Mode mode = Mode.current();
  private final int kafkaPort =
      mode == Mode.CONTAINER_PER_SERVICE ? ServerSettings.DEFAULT_KAFKA_PORT : freePort();
  private final int controllerPort = freePort();
  private final Map<String, String> settings;
  private final Surroundings surroundings;
  private final Guarantees guarantees;
  private final Servers servers;

  private Deployment(Map<String, String> settings, Surroundings surroundings) {
    this.settings = settings;
    this.surroundings = surroundings;
    try {
      // Short: the boxes' sockets lie below it, and a socket's path has 107 bytes.
      data = Files.createTempDirectory(Path.of("/tmp"), "errand-st");
      temporary = Files.createDirectory(data.resolveSibling(data.getFileName() + "-tmp"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    surroundings.before(data);
    guarantees = new Guarantees(data, surroundings.engine());
    surroundings.handOver(data, temporary);
    servers = inMode();
  }

  private Servers inMode() {
    Map<String, String> all = new HashMap<>(settings);
    all.put("errand.repositories.file-roots", "/tmp");
    all.putIfAbsent("errand.provisioner.standbys", "0"); // else a box that waits is like one left
    all.putIfAbsent("errand.provisioner.keep", "PT0S"); // and so is one that is kept
    if (mode == Mode.CONTAINER_PER_SERVICE) {
      return new ServerContainers(data, httpPort, all);
    }
    all.put("errand.server.kafka.port", Integer.toString(kafkaPort));
    all.put("errand.server.kafka.controller-port", Integer.toString(controllerPort));
    return new ServerProcesses(
        new ServerProcesses.Place(data, temporary, httpPort, all, surroundings), mode.processes());
  }

  static Deployment start() {
    return start(Map.of());
  }

  static Deployment start(Map<String, String> settings) {
    return start(settings, new Surroundings() {});
  }

  static Deployment start(Map<String, String> settings, Surroundings surroundings) {
    Deployment deployment = new Deployment(settings, surroundings);
    try {
      deployment.servers.launchAll();
      deployment.awaitReady();
      return deployment;
    } catch (RuntimeException | Error e) {
      deployment.end().forEach(left -> e.addSuppressed(new AssertionError(left)));
      throw e;
    }
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

  int httpPort() {
    return httpPort;
  }

  int kafkaPort() {
    return kafkaPort;
  }

  /** What a server of this installation is started with, whatever it is to run. */
  Map<String, String> settings() {
    Map<String, String> all = new HashMap<>(settings);
    all.put("quarkus.http.port", "0");
    all.put("errand.server.kafka.port", Integer.toString(kafkaPort));
    all.put("errand.server.kafka.controller-port", Integer.toString(controllerPort));
    return all;
  }

  Mode mode() {
    return mode;
  }

  /** Which process runs which service. */
  Map<Service, ProcessHandle> servers() {
    return servers.processes();
  }

  /** Only in the mode of that name. */
  ServerContainers containers() {
    return (ServerContainers) servers;
  }

  /** A repository with a README, where the servers can read it; its maker removes it. */
  ScratchRepository repository() {
    return mode == Mode.CONTAINER_PER_SERVICE // which sees nothing of /tmp but its data folder
        ? ScratchRepository.withReadme(data.resolve("repository-" + UUID.randomUUID()))
        : ScratchRepository.withReadme();
  }

  HttpTasks tasks() {
    return new HttpTasks(url(), data.resolve("token"));
  }

  /** Runs the command line client and returns what it did. */
  CommandResult errand(String... arguments) {
    return errandWith("", SourceTree.ROOT, arguments);
  }

  CommandResult errandWith(String input, Path folder, String... arguments) {
    return client(folder, input, Map.of("ERRAND_DATA", data.toString()), arguments);
  }

  /** The same for somebody with a token of his own. */
  CommandResult errandAs(String token, String... arguments) {
    Map<String, String> other = Map.of("ERRAND_SERVER", url(), "ERRAND_TOKEN", token);
    return client(SourceTree.ROOT, "", other, arguments);
  }

  private CommandResult client(
      Path folder, String input, Map<String, String> variables, String... arguments) {
    List<String> command = new ArrayList<>(List.of(SourceTree.ROOT.resolve("errand").toString()));
    command.addAll(List.of(arguments));
    Map<String, String> all = new HashMap<>(variables);
    all.put("ERRAND_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    return CommandResult.of(command, folder, input, all);
  }

  /** An environment that is small enough for many beside each other, and ends soon. */
  void applyEnvironment(String id, String repository, String setup) {
    applyEnvironment(id, repository, setup, "15s");
  }

  /** The same, with a limit for setup and agent each. */
  void applyEnvironment(String id, String repository, String setup, String limit) {
    String document =
        """
        id: %s
        repository: %s
        branch: main
        setup: "%s"
        limits: {cpus: 1, memory: 512MiB, disk: 1GiB, setup: %s, agent: %s}
        """
            .formatted(
                id, repository, setup.replace("\\", "\\\\").replace("\"", "\\\""), limit, limit);
    errandWith(document, SourceTree.ROOT, "env", "apply", "-f", "-").succeeded();
  }

  /** Runs a script in the box of the task's first run, beside what works there. */
  CommandResult inBox(String task, String script) {
    String box = "errand-%s-1.1.1".formatted(task);
    List<String> command = List.of("docker", "exec", box, "sh", "-c", script);
    return CommandResult.of(command, SourceTree.ROOT, "", surroundings.engine());
  }

  /**
   * Makes the empty file in the box that somebody there waits for. Its maker may be killed as soon
   * as it is there: the end of a phase kills everything in the box.
   */
  void letGo(String task, String file) {
    CommandResult made = inBox(task, "touch " + file);
    assertThat(made.exitCode()).as(made.toString()).isIn(0, KILLED);
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
        .until(() -> tasks().task(task), it -> OVER.contains(it.path("state").asText()));
  }

  /** SIGKILL to what runs the service: no handler, no goodbye. */
  void kill(Service service) {
    servers.kill(service);
  }

  /** Sends a signal to the process that runs the service. */
  void signal(Service service, String name) {
    ProcessHandle process = Objects.requireNonNull(servers().get(service), service::name);
    String pid = Long.toString(process.pid());
    CommandResult.of(List.of("kill", "-" + name, pid), data, "", Map.of()).succeeded();
  }

  /** SIGTERM to what runs the service, which ends in order. */
  void stop(Service service) {
    servers.stop(service);
  }

  /** The services that have one process together. */
  List<Set<Service>> groups() {
    return mode.processes();
  }

  /** Those that end and start together with it, itself among them. */
  Set<Service> groupOf(Service service) {
    return mode.processes().stream()
        .filter(group -> group.contains(service))
        .findFirst()
        .orElseThrow();
  }

  /** Starts what was killed and does not wait for it. */
  void launchAgain(Set<Service> group) {
    servers.launch(group);
  }

  /** The same for processes, with variables of their own. */
  void launchAgain(Set<Service> group, Map<String, String> variables) {
    ((ServerProcesses) servers).launch(group, variables);
  }

  /** Starts again what runs the service, unless it lives, and waits until it is ready. */
  void restart(Service service) {
    if (servers.isAlive(service)) {
      return;
    }
    servers.launch(groupOf(service));
    awaitReady();
  }

  /** Returns when all is as before an engine's death; it has been started again. */
  void awaitBack() {
    servers.awaitBack();
    awaitReady();
  }

  /** What was said by whatever runs the service. */
  String logOf(Service service) {
    return servers.logOf(service);
  }

  void awaitReady() {
    Installation installation = new Installation(data);
    await("Errand to be ready, see " + data)
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              assertThat(servers.fallen()).isEmpty();
              return installation.isReady();
            });
  }

  /** As settings and docker-compose.yml say it. */
  static String name(Service service) {
    return service.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Asks for every guarantee, ends every process and looks once more: what is left then is a leak.
   * The folders go in any case.
   */
  @Override
  public void close() {
    List<String> broken = new ArrayList<>();
    try (guarantees) {
      broken.addAll(guarantees.violations(Set.copyOf(servers().values())));
    } finally {
      broken.addAll(end());
    }
    assertThat(broken).as("what is broken or left").isEmpty();
  }

  /** Ends every process and removes every folder; says what did not go by itself. */
  private List<String> end() {
    List<String> left = new ArrayList<>(servers.end());
    if (!Files.exists(data.resolve("kafka").resolve(CLEAN))) {
      left.add("the broker did not close in order");
    }
    left.addAll(Leftovers.processesIn(data));
    left.addAll(Leftovers.filesIn(temporary));
    surroundings.after(data);
    Folders.delete(data);
    Folders.delete(temporary);
    return left;
  }

  /** A port that is free, and that no client of anything is given as its own end before its use. */
  static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, FIRST_CLIENT_PORT);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // taken: try another one
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
