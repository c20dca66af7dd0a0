package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.standalone.ServerSettings.Service;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Servers as processes of what the build packaged, each for one or more services. */
final class ServerProcesses implements Servers {
  private static final Duration END = Duration.ofSeconds(45);

  private final Place place;
  private final List<Set<Service>> groups;
  private final Map<Service, Process> processes = new EnumMap<>(Service.class);
  private final Set<Process> ended = new HashSet<>();

  /**
   * Where they run and what they are told.
   *
   * @param temporary for what no server should leave behind
   * @param httpPort of the front door; the others' do not matter
   * @param settings of all of them
   * @param surroundings which say how each process is started
   */
  record Place(
      Path data,
      Path temporary,
      int httpPort,
      Map<String, String> settings,
      Surroundings surroundings) {}

  ServerProcesses(Place place, List<Set<Service>> groups) {
    this.place = place;
    this.groups = groups;
  }

  @Override
  public void launchAll() {
    groups.forEach(this::launch);
  }

  @Override
  public void launch(Set<Service> together) {
    launch(together, Map.of());
  }

  /** The same, with variables of its own. */
  void launch(Set<Service> together, Map<String, String> variables) {
    List<String> command =
        new ArrayList<>(List.of(Deployment.JAVA.toString(), "-XX:+UseSerialGC", "-Xmx320m"));
    command.add("-XX:TieredStopAtLevel=1"); // too short a life for what the second compiler makes
    command.add("--enable-native-access=ALL-UNNAMED");
    Path cache = Deployment.SERVER.resolveSibling("errand.aot");
    if (Files.exists(cache)) { // as the errand script starts it: in a third of the time
      command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"));
    }
    command.add("-Djava.io.tmpdir=" + place.temporary());
    place.settings().forEach((key, value) -> command.add("-D" + key + "=" + value));
    boolean front = together.contains(Service.INGEST);
    command.add("-Dquarkus.http.port=" + (front ? place.httpPort() : 0));
    String names = together.stream().map(Deployment::name).collect(Collectors.joining(","));
    command.add("-Derrand.server.services=" + names);
    command.add("-jar");
    command.add(Deployment.SERVER.toString());
    command.add("serve");
    File log = logFile(together.iterator().next()).toFile();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(place.surroundings().started(command))
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .redirectErrorStream(true);
      builder.environment().put("ERRAND_DATA", place.data().toString());
      builder.environment().putAll(place.surroundings().environment());
      builder.environment().putAll(variables);
      Process process = builder.start();
      together.forEach(service -> processes.put(service, process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void kill(Service service) {
    Process process = of(service);
    ended.add(process);
    process.destroyForcibly();
    boolean _ = awaitEnd(process);
  }

  @Override
  public void stop(Service service) {
    Process process = of(service);
    ended.add(process);
    process.destroy();
    assertThat(awaitEnd(process)).as("%s ends within %s", service, END).isTrue();
  }

  @Override
  public boolean isAlive(Service service) {
    return of(service).isAlive();
  }

  @Override
  public Optional<String> fallen() {
    return processes.entrySet().stream()
        .filter(one -> !one.getValue().isAlive() && !ended.contains(one.getValue()))
        .map(one -> one.getKey() + " ended:\n" + logOf(one.getKey()))
        .findFirst();
  }

  @Override
  public Map<Service, ProcessHandle> processes() {
    Map<Service, ProcessHandle> handles = new EnumMap<>(Service.class);
    processes.forEach((service, process) -> handles.put(service, process.toHandle()));
    return handles;
  }

  @Override
  public String logOf(Service service) {
    Set<Service> group =
        groups.stream().filter(one -> one.contains(service)).findFirst().orElseThrow();
    try {
      return Files.readString(logFile(group.iterator().next()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<String> end() {
    List<String> left = new ArrayList<>();
    // The broker last: what the others still have to say, they say to it.
    for (Set<Service> group : groups.reversed()) {
      Process process = processes.get(group.iterator().next());
      if (process != null) {
        process.destroy();
        if (!awaitEnd(process)) {
          left.add("%s did not end within %s".formatted(group, END));
        }
      }
    }
    EnumSet.allOf(Service.class).forEach(service -> Folders.delete(logFile(service)));
    return left;
  }

  private Process of(Service service) {
    return Objects.requireNonNull(processes.get(service), service::name);
  }

  private Path logFile(Service service) {
    Path data = place.data();
    return data.resolveSibling(data.getFileName() + "-" + Deployment.name(service) + ".log");
  }

  /** False when it had to be killed. */
  private static boolean awaitEnd(Process process) {
    try {
      if (process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
        return true;
      }
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
