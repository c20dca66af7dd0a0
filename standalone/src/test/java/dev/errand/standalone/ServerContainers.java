package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerNetwork;
import dev.errand.sandbox.EngineSettings;
import dev.errand.standalone.ServerSettings.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.DockerComposeContainer;

/**
 * Servers as the containers of docker-compose.yml, as it is, in a project of their own. The build
 * switches Testcontainers' own reaper off, whose image cannot be had everywhere: what is left after
 * {@link #end} is counted instead.
 */
final class ServerContainers implements Servers {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Path COMPOSITION = SourceTree.ROOT.resolve("docker-compose.yml");

  /** Of these containers and of the boxes. */
  static final Path ENGINE = Path.of(EngineSettings.of(System.getenv()).host().getPath());

  /** What the engine makes of SIGKILL, as when the time to end was over. */
  private static final long KILLED = 128 + 9;

  /**
   * Where this JVM reads names from, as the build has told it: clients of the broker are sent to
   * its name in the composition's network.
   */
  private static final String HOSTS = "jdk.net.hosts.file";

  private final Map<String, String> environment = new HashMap<>();

  @SuppressWarnings("deprecation") // the successor needs the plugin; Debian has docker-compose 1.29
  private final DockerComposeContainer<?> composition;

  private @Nullable String project;

  /**
   * Nothing runs yet.
   *
   * @param settings of all services, which find them in the data folder
   */
  @SuppressWarnings("deprecation")
  ServerContainers(Path data, int httpPort, Map<String, String> settings) {
    run("images/build-server");
    environment.put("ERRAND_SERVER_IMAGE", run("images/build-server", "--print").strip());
    environment.put("ERRAND_DATA", data.toString());
    environment.put("ERRAND_ENGINE_SOCKET", ENGINE.toString());
    environment.put("ERRAND_PORT", Integer.toString(httpPort));
    environment.put("ERRAND_USER", attribute(data, "uid") + ":" + attribute(ENGINE, "gid"));
    try {
      Files.writeString(new Installation(data).settingsFile(), nested(settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    composition =
        new DockerComposeContainer<>("errandtest", COMPOSITION.toFile())
            .withPull(false)
            .withEnv(environment);
  }

  /** The settings as the file has them; JSON is YAML. */
  private static String nested(Map<String, String> settings) {
    ObjectNode file = new ObjectMapper().createObjectNode();
    settings.forEach(
        (name, value) -> {
          int last = name.lastIndexOf('.');
          String group = "/" + name.substring(0, last).replace('.', '/');
          file.withObject(group).put(name.substring(last + 1), value);
        });
    return file.toString();
  }

  private static String attribute(Path file, String name) {
    try {
      return String.valueOf(Files.getAttribute(file, "unix:" + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String instance(Service service) {
    return Deployment.name(service) + "_1";
  }

  /** Returns when all are healthy. */
  @Override
  public void launchAll() {
    composition.start();
    Map<String, String> labels = inspect(Service.BROKER).getConfig().getLabels();
    project = Objects.requireNonNull(labels).get("com.docker.compose.project");
    awaitBack();
  }

  @Override
  public void launch(Set<Service> together) {
    List<String> start = new ArrayList<>(List.of("start"));
    together.forEach(service -> start.add(Deployment.name(service)));
    compose(start.toArray(String[]::new));
    tellWhereTheBrokerIs();
  }

  @Override
  public void kill(Service service) {
    compose("kill", "-s", "KILL", Deployment.name(service));
  }

  @Override
  public void stop(Service service) {
    compose("stop", Deployment.name(service));
  }

  @Override
  public boolean isAlive(Service service) {
    return container(service).isRunning();
  }

  /** Testcontainers' own wait asks without a pause, which takes a processor from what starts. */
  @Override
  public void awaitBack() {
    for (Service service : Service.values()) {
      await(service + " to be healthy")
          .atMost(START)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> isAlive(service) && container(service).isHealthy());
    }
    tellWhereTheBrokerIs();
  }

  /** Nothing: the engine starts again what falls. */
  @Override
  public Optional<String> fallen() {
    return Optional.empty();
  }

  @Override
  public Map<Service, ProcessHandle> processes() {
    Map<Service, ProcessHandle> handles = new EnumMap<>(Service.class);
    for (Service service : Service.values()) {
      long pid = Objects.requireNonNull(inspect(service).getState().getPidLong());
      ProcessHandle first = ProcessHandle.of(pid).orElseThrow();
      boolean init = Boolean.TRUE.equals(inspect(service).getHostConfig().getInit());
      handles.put(service, init ? first.children().findFirst().orElseThrow() : first);
    }
    return handles;
  }

  @Override
  public String logOf(Service service) {
    return container(service).getLogs();
  }

  /** What the engine says about the service's container. */
  InspectContainerResponse inspect(Service service) {
    return container(service).getCurrentContainerInfo();
  }

  /** Runs docker-compose on this project. */
  CommandResult compose(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker-compose"));
    command.addAll(List.of(arguments));
    return CommandResult.of(command, SourceTree.ROOT, "", environment()).succeeded();
  }

  /** What a person's shell has set to mean this project. */
  Map<String, String> environment() {
    Map<String, String> all = new HashMap<>(environment);
    all.put("COMPOSE_PROJECT_NAME", Objects.requireNonNull(project, "nothing has started"));
    return all;
  }

  @Override
  public List<String> end() {
    List<String> left = new ArrayList<>();
    try {
      if (project != null) {
        compose("stop");
        EnumSet.allOf(Service.class).stream()
            .filter(it -> Objects.equals(inspect(it).getState().getExitCodeLong(), KILLED))
            .forEach(it -> left.add(it + " did not end in its time"));
      }
    } finally {
      composition.stop();
    }
    if (project != null) {
      String ours = "label=com.docker.compose.project=" + project;
      for (String kind : List.of("container", "network", "volume")) {
        String all = kind.equals("container") ? "-aq" : "-q";
        run("docker", kind, "ls", all, "--filter", ours)
            .lines()
            .forEach(id -> left.add(kind + " " + id));
      }
    }
    return left;
  }

  private ContainerState container(Service service) {
    return composition.getContainerByServiceName(instance(service)).orElseThrow();
  }

  private void tellWhereTheBrokerIs() {
    String address =
        inspect(Service.BROKER).getNetworkSettings().getNetworks().values().stream()
            .map(ContainerNetwork::getIpAddress)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse("");
    assertThat(address).as("the broker's address").isNotEmpty();
    Path hosts = Path.of(Objects.requireNonNull(System.getProperty(HOSTS), HOSTS));
    try {
      Files.writeString(hosts, "127.0.0.1 localhost\n%s broker\n".formatted(address));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(String... command) {
    return CommandResult.of(List.of(command), SourceTree.ROOT, "", Map.of()).succeeded().out();
  }
}
