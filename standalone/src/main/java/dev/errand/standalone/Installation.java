package dev.errand.standalone;

import dev.errand.standalone.Finding.ObstacleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Where an Errand lies on this machine: one absolute folder, and in it what a server that runs
 * tells the commands beside it.
 *
 * @param data absolute, short (socket paths have at most 107 bytes), readable by its owner only
 */
record Installation(Path data) {
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Pattern KNOWN_SETTINGS =
      Pattern.compile(
          "(%[^.]+\\.)?(quarkus\\.|errand\\.(agent-runner|diff-collector|egress|ingest|provisioner"
              + "|repositories|server)\\.)");
  private static final int START_FIELD = 22 - 3; // of those behind the name, which is the second

  static Installation of(Map<String, String> environment) {
    String data = environment.get("ERRAND_DATA");
    Path folder =
        data == null || data.isBlank()
            ? Path.of(System.getProperty("user.home"), ".errand")
            : Path.of(data);
    return new Installation(folder.toAbsolutePath().normalize());
  }

  Path settingsFile() {
    return data.resolve("errand.yaml");
  }

  /** Makes this process read the settings file, if there is one. */
  void useSettings() {
    if (System.getProperty("smallrye.config.locations") == null
        && Files.isRegularFile(settingsFile())) {
      System.setProperty("smallrye.config.locations", settingsFile().toString());
    }
  }

  /**
   * Refuses names in the settings file that nothing reads. What stands below one of our prefixes is
   * looked at where it is read.
   *
   * @throws IllegalArgumentException naming the first
   */
  void requireKnownSettings(Config config) {
    for (ConfigSource source : config.getConfigSources()) {
      if (source.getName().contains(settingsFile().toString())) {
        for (String name : source.getPropertyNames()) {
          if (!KNOWN_SETTINGS.matcher(name).lookingAt()) {
            throw new IllegalArgumentException("'%s' is no setting".formatted(name));
          }
        }
      }
    }
  }

  /** What to throw when a setting is not taken. */
  ObstacleException refusedSetting(String why) {
    return new ObstacleException(
        Finding.missing(
            "settings", why.strip().replaceAll("\\s+", " "), "correct " + settingsFile()));
  }

  Path logFile() {
    return server().resolve("errand.log");
  }

  /** The process that serves, as {@code <pid> <start in the kernel's ticks since the boot>}. */
  Path processFile() {
    return server().resolve("process");
  }

  Path urlFile() {
    return server().resolve("url");
  }

  /** Held by whoever starts a server here. */
  Path startLock() {
    return server().resolve("starting");
  }

  private Path server() {
    return data.resolve("server");
  }

  /**
   * Makes the folders, for their owner only, and gives the installation its name.
   *
   * @throws ObstacleException when they cannot be made, or the data folder is something else's
   */
  void ensureFolders() {
    objection()
        .ifPresent(
            finding -> {
              throw new ObstacleException(finding);
            });
    try {
      Files.createDirectories(data);
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(server());
    } catch (IOException e) {
      throw new ObstacleException(unusable("cannot be made: " + reason(e)));
    }
    new DataFolder(data).installation();
  }

  /**
   * Why the data folder is not to be taken although it is there: others use it, and would be shut
   * out by its being made its owner's only.
   */
  Optional<Finding> objection() {
    if (!Files.isDirectory(data)) {
      return Optional.empty();
    }
    try {
      if (Files.getPosixFilePermissions(data).contains(PosixFilePermission.OTHERS_WRITE)) {
        return Optional.of(unusable("is open to everybody's files"));
      }
      return new DataFolder(data)
          .stranger()
          .map(name -> unusable("is no data folder of Errand's: '%s' lies in it".formatted(name)));
    } catch (IOException e) {
      return Optional.of(unusable("cannot be read: " + reason(e)));
    }
  }

  private Finding unusable(String why) {
    return Finding.missing(
        "data folder",
        data + " " + why,
        "set ERRAND_DATA to an empty folder of your own, or to one that can be made");
  }

  /** An exception of files whose message is only the file says the rest with its name. */
  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "you may not do that there";
      case NoSuchFileException _ -> "no folder can be made there";
      case FileAlreadyExistsException _ -> "there is a file of this name";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> e.toString();
    };
  }

  /** The serving process, when it lives: a reused process id is told by its start. */
  Optional<ProcessHandle> process() {
    return read(processFile())
        .map(text -> text.split(" "))
        .filter(parts -> parts.length == 2)
        .flatMap(
            parts ->
                ProcessHandle.of(Long.parseLong(parts[0]))
                    .filter(process -> startOf(process).equals(parts[1])));
  }

  /**
   * Refuses to be a second server here; each would take the other's boxes and facts for its own.
   *
   * @throws ObstacleException naming the first
   */
  void requireNoOther() {
    process()
        .filter(server -> server.pid() != ProcessHandle.current().pid())
        .ifPresent(
            server -> {
              throw new ObstacleException(
                  Finding.missing(
                      "data folder",
                      "the process %d serves %s already".formatted(server.pid(), data),
                      "use it, end it with `errand down`, or set ERRAND_DATA to a folder of its"
                          + " own"));
            });
  }

  void recordProcess(ProcessHandle process) {
    try {
      Files.writeString(processFile(), process.pid() + " " + startOf(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void recordUrl(URI url) {
    try {
      Files.writeString(urlFile(), url.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Optional<URI> url() {
    return read(urlFile()).map(URI::create);
  }

  /** Whether the server says that it takes tasks. */
  boolean isReady() {
    return url().map(url -> answer(url.resolve("/q/health/ready")) == 200).orElse(false);
  }

  private static int answer(URI uri) {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER).build()) {
      var request = HttpRequest.newBuilder(uri).timeout(ANSWER).build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0; // nobody there, which is an answer
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /**
   * In ticks, as the time of day of a start is another one after each correction of the clock.
   * Source: proc_pid_stat(5), field 22; the second field may hold anything up to its parenthesis.
   */
  private static String startOf(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START_FIELD];
    } catch (IOException e) {
      return "?"; // it has ended
    }
  }

  /** What a server has said; nothing when none has. */
  private Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    } catch (AccessDeniedException e) {
      throw new ObstacleException(
          Finding.missing(
              "data folder",
              "%s belongs to %s and is closed to you".formatted(data, owner()),
              "run this as that user, or set ERRAND_DATA to a folder of yours"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private String owner() {
    try {
      return Files.getOwner(data).getName();
    } catch (IOException e) {
      return "another user"; // the folder above it is closed as well
    }
  }
}
