package dev.errand.repositories;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process, git or a small shell script around it.
 *
 * @param line the program and its arguments; configuration comes from {@link Git}
 * @param lock a file that the process holds locked as long as it lives, or null
 * @param timeout the whole call's, waiting for the lock included
 * @param maxOutputBytes of standard output; more fails the call
 * @param tooLarge asked some times a second; true ends the call
 * @param progress takes each line of standard error
 * @param remote whom it talks to, or null
 */
record GitCommand(
    List<String> line,
    @Nullable Path lock,
    Duration timeout,
    int maxOutputBytes,
    BooleanSupplier tooLarge,
    Consumer<String> progress,
    @Nullable Remote remote) {
  private static final int DEFAULT_OUTPUT_BYTES = 1 << 20;

  static GitCommand of(Duration timeout, String... line) {
    return new GitCommand(
        List.of(line), null, timeout, DEFAULT_OUTPUT_BYTES, () -> false, ignored -> {}, null);
  }

  GitCommand withOutput(int maxBytes) {
    return new GitCommand(line, lock, timeout, maxBytes, tooLarge, progress, remote);
  }

  GitCommand under(Path newLock) {
    return new GitCommand(line, newLock, timeout, maxOutputBytes, tooLarge, progress, remote);
  }

  GitCommand watched(BooleanSupplier newTooLarge, Consumer<String> newProgress) {
    return new GitCommand(line, lock, timeout, maxOutputBytes, newTooLarge, newProgress, remote);
  }

  GitCommand to(Remote newRemote) {
    return new GitCommand(line, lock, timeout, maxOutputBytes, tooLarge, progress, newRemote);
  }
}
