package dev.errand.repositories;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process, git or a small shell script around it.
 *
 * @param line the program and its arguments; configuration comes from {@link Git}
 * @param lock a file that the process holds locked as long as it lives, or null
 * @param timeout the whole call's, waiting for the lock included
 * @param maxOutputBytes of standard output; more fails the call
 * @param watch asked some times a second; what is not null ends the call so
 * @param progress takes each line of standard error
 * @param remote whom it talks to, or null
 */
record GitCommand(
    List<String> line,
    @Nullable Path lock,
    Duration timeout,
    int maxOutputBytes,
    Supplier<GitResult.@Nullable End> watch,
    Consumer<String> progress,
    @Nullable Remote remote) {
  private static final int DEFAULT_OUTPUT_BYTES = 1 << 20;

  static GitCommand of(Duration timeout, String... line) {
    return new GitCommand(
        List.of(line), null, timeout, DEFAULT_OUTPUT_BYTES, () -> null, ignored -> {}, null);
  }

  GitCommand withOutput(int maxBytes) {
    return new GitCommand(line, lock, timeout, maxBytes, watch, progress, remote);
  }

  GitCommand under(Path newLock) {
    return new GitCommand(line, newLock, timeout, maxOutputBytes, watch, progress, remote);
  }

  GitCommand watched(Supplier<GitResult.@Nullable End> newWatch, Consumer<String> newProgress) {
    return new GitCommand(line, lock, timeout, maxOutputBytes, newWatch, newProgress, remote);
  }

  GitCommand saying(List<String> newLine) {
    return new GitCommand(newLine, lock, timeout, maxOutputBytes, watch, progress, remote);
  }

  GitCommand to(Remote newRemote) {
    return new GitCommand(line, lock, timeout, maxOutputBytes, watch, progress, newRemote);
  }
}
