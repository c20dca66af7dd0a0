package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Where an Errand lies on this machine: one absolute folder, and in it what a server that runs
 * tells the commands beside it.
 *
 * @param data absolute, short (socket paths have at most 107 bytes), readable by its owner only
 */
record Installation(Path data) {
  private static final Duration ANSWER = Duration.ofSeconds(2);
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

  /** Makes the folders, for their owner only; DISK_FULL when it cannot. */
  void ensureFolders() {
    try {
      var owner = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(data);
      Files.setPosixFilePermissions(data, owner);
      Files.createDirectories(server());
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL, "the data folder %s cannot be made: %s".formatted(data, e), e);
    }
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
    return read(Path.of("/proc", Long.toString(process.pid()), "stat"))
        .map(stat -> stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START_FIELD])
        .orElse("?");
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty(); // not there: no server has said anything
    }
  }
}
