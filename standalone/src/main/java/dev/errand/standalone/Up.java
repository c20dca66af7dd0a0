package dev.errand.standalone;

import dev.errand.artifacts.DiskReserve;
import dev.errand.sandbox.EngineSettings;
import dev.errand.schemas.FailureCode;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Starts the server in a process of its own and waits until it takes tasks. */
final class Up {
  /**
   * A first start formats the broker's folder and creates topics: seconds, on a busy machine 60.
   */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
  private static final int LOG_LINES_SHOWN = 20;

  /** With less, the server could not even say in its log why it does not start. */
  private static final long LOG_BYTES = 1 << 20;

  private final Installation installation;
  private final Doctor doctor;
  private final PrintStream out;

  Up(Installation installation, Doctor doctor, PrintStream out) {
    this.installation = installation;
    this.doctor = doctor;
    this.out = out;
  }

  /** Returns the exit code: 0 ready, 1 not. */
  int run() {
    if (isRunning()) {
      tellOfEngine();
      return 0;
    }
    if (installation.process().isEmpty() && isObstructed()) {
      return 1;
    }
    installation.ensureFolders();
    DiskReserve.of(installation.data(), LOG_BYTES).requireRoom();
    // A second `up` waits for the first one's server instead of starting another in its folder.
    try (FileChannel file =
            FileChannel.open(
                installation.startLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = file.lock()) {
      return isRunning() ? 0 : startUninterrupted();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + installation.startLock(), e);
    }
  }

  private boolean isRunning() {
    boolean running = installation.process().isPresent() && installation.isReady();
    if (running) {
      out.println("Errand is already running at " + installation.url().orElseThrow());
    }
    return running;
  }

  private boolean isObstructed() {
    List<Finding> obstacles = doctor.obstacles();
    obstacles.forEach(obstacle -> out.println("Errand cannot start: " + obstacle.sentence()));
    return !obstacles.isEmpty();
  }

  private int start() {
    long start = System.nanoTime();
    out.println("Starting Errand in " + installation.data() + " ...");
    // One that others have just started is waited for: a second one would only be in its way.
    Optional<ProcessHandle> others = installation.process();
    ProcessHandle server = others.orElseGet(this::launch);
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      if (installation.process().isPresent() && installation.isReady()) {
        out.printf(
            "Errand is ready at %s (%.1f s)%n",
            installation.url().orElseThrow(), (System.nanoTime() - start) / 1e9);
        tellOfEngine();
        return 0;
      }
      if (ended(server)) {
        return failed("Errand did not start.");
      }
    }
    if (others.isEmpty()) {
      server.destroy();
    }
    return failed("Errand was not ready after %d s.".formatted(PATIENCE.toSeconds()));
  }

  /** Whoever interrupts this program interrupts its waiting only. */
  private int startUninterrupted() {
    AtomicBoolean waiting = new AtomicBoolean(true);
    Thread farewell =
        new Thread(
            () -> {
              if (waiting.get()) {
                out.println("Errand goes on starting; `errand down` stops it.");
              }
            });
    Runtime.getRuntime().addShutdownHook(farewell);
    try {
      return start();
    } finally {
      waiting.set(false);
    }
  }

  private void tellOfEngine() {
    EngineSettings engine = EngineSettings.of(System.getenv());
    if (!engine.isListening()) {
      out.printf(
          "No container engine listens at %s: tasks wait until one does.%n"
              + "Perhaps you should %s.%n",
          engine.host(), FailureCode.ENGINE_UNAVAILABLE.hint());
    }
  }

  private static boolean ended(ProcessHandle server) {
    try {
      server.onExit().get(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a process's end cannot fail", e);
    }
  }

  /** The same program and options as this process, detached from its terminal and its input. */
  private ProcessHandle launch() {
    ProcessHandle.Info self = ProcessHandle.current().info();
    List<String> command = new ArrayList<>(List.of("setsid", self.command().orElseThrow()));
    for (String argument : self.arguments().orElseThrow()) {
      if (!argument.equals("up") && !argument.equals("--json")) {
        command.add(argument);
      }
    }
    command.add("serve");
    try {
      Files.deleteIfExists(installation.urlFile());
      ProcessHandle server = server(installation, command).start().toHandle();
      // Here and not only by itself: `errand down` is to find it from its first moment on.
      installation.recordProcess(server);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("the server's process cannot be started", e);
    }
  }

  /** Works in the data folder, where a relative name of it would mean another one. */
  static ProcessBuilder server(Installation installation, List<String> command) {
    File log = installation.logFile().toFile();
    ProcessBuilder server =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .redirectError(ProcessBuilder.Redirect.appendTo(log))
            .directory(installation.data().toFile());
    server.environment().put("ERRAND_DATA", installation.data().toString());
    return server;
  }

  private int failed(String what) {
    out.println(what + " Its log, " + installation.logFile() + ", ends:");
    lastLines(installation.logFile()).forEach(line -> out.println("  " + line));
    out.println("Perhaps you should run `errand doctor`.");
    return 1;
  }

  private static List<String> lastLines(Path log) {
    try (var lines = Files.lines(log)) {
      List<String> all = lines.toList();
      return all.subList(Math.max(0, all.size() - LOG_LINES_SHOWN), all.size());
    } catch (IOException e) {
      return List.of("(the log cannot be read: " + e.getMessage() + ")");
    }
  }
}
