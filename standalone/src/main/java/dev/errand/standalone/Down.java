package dev.errand.standalone;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends the server's process; what runs in boxes goes on and is taken up by the next start. */
final class Down {
  /** Closing consumers, streams and the broker takes a few seconds; a stuck one is killed. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Installation installation;
  private final PrintStream out;

  Down(Installation installation, PrintStream out) {
    this.installation = installation;
    this.out = out;
  }

  /** Returns the exit code: 0 stopped or not running, 1 when it could not be stopped. */
  int run() {
    Optional<ProcessHandle> process = installation.process();
    if (process.isEmpty()) {
      out.println("Errand is not running in " + installation.data());
      return 0;
    }
    process.get().destroy();
    if (endedWithin(process.get())) {
      out.println("Errand has stopped.");
      return 0;
    }
    process.get().destroyForcibly();
    boolean ended = endedWithin(process.get());
    out.println(
        ended
            ? "Errand did not stop in %d s and was killed; nothing is lost by that."
                .formatted(PATIENCE.toSeconds())
            : "Process %d cannot be ended.".formatted(process.get().pid()));
    return ended ? 0 : 1;
  }

  private static boolean endedWithin(ProcessHandle process) {
    try {
      process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
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
}
