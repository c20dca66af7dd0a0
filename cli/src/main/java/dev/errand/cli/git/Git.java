package dev.errand.cli.git;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Runs git in one folder of the user's machine: no hooks, no file system monitor, no pager, no
 * prompt, no external diff, and none of the GIT_* variables of the caller. Filters (LFS, line
 * endings) stay, since they are the user's own configuration and the files need them.
 *
 * <p>Paths go over standard input, never as arguments, so that no locale can change their bytes.
 */
public final class Git {
  /** The largest repositories need seconds for a status; a minute and more is a hang. */
  private static final Duration LOCAL_LIMIT = Duration.ofMinutes(5);

  /** A remote that does not answer must not hold up a submission. */
  private static final Duration REMOTE_LIMIT = Duration.ofSeconds(10);

  /** A status that lists a million files has about 100 MiB. */
  private static final int MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

  private static final List<String> SAFE =
      List.of(
          "--no-pager",
          "--literal-pathspecs",
          "-c",
          "core.hooksPath=/dev/null",
          "-c",
          "core.fsmonitor=false",
          "-c",
          "core.pager=cat",
          "-c",
          "core.quotePath=false",
          "-c",
          "submodule.recurse=false",
          "-c",
          "status.submoduleSummary=false",
          "-c",
          "diff.ignoreSubmodules=none",
          "-c",
          "apply.whitespace=nowarn",
          "-c",
          "apply.ignoreWhitespace=no",
          "-c",
          "gc.auto=0",
          "-c",
          "maintenance.auto=false");

  private final Path directory;

  /** Git in this folder. */
  public Git(Path directory) {
    this.directory = directory;
  }

  /** What git said; {@code out} as bytes because paths need not be UTF-8. */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  public record Result(int exit, byte[] out, String err) {
    public boolean ok() {
      return exit == 0;
    }

    /** The output's text without the line break at its end. */
    public String text() {
      return new String(out, StandardCharsets.UTF_8).strip();
    }

    /** Fields that end with NUL, each byte one character. */
    public List<String> fields() {
      List<String> fields = new ArrayList<>();
      int start = 0;
      for (int i = 0; i < out.length; i++) {
        if (out[i] == 0) {
          fields.add(new String(out, start, i - start, StandardCharsets.ISO_8859_1));
          start = i + 1;
        }
      }
      return fields;
    }

    /**
     * @throws CommandFailure (FAILED) with git's own words when it failed
     */
    public Result orFail(String what) {
      if (!ok()) {
        throw new CommandFailure(ExitCode.FAILED, what + " failed: git says: " + err.strip(), null);
      }
      return this;
    }
  }

  /** Runs a command that stays on this machine. */
  public Result run(String... arguments) {
    return run(new byte[0], Map.of(), arguments);
  }

  /** Runs a command with standard input and further variables. */
  public Result run(byte[] input, Map<String, String> variables, String... arguments) {
    return run(LOCAL_LIMIT, input, variables, arguments);
  }

  /** Runs a command that asks a remote, with a short limit; a timeout reads as exit 124. */
  public Result ask(String... arguments) {
    return run(REMOTE_LIMIT, new byte[0], Map.of(), arguments);
  }

  private Result run(
      Duration limit, byte[] input, Map<String, String> variables, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("git");
    command.addAll(SAFE);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("GIT_"));
    environment.put("GIT_TERMINAL_PROMPT", "0");
    environment.put("GIT_ATTR_NOSYSTEM", "1");
    environment.put("LC_ALL", "C");
    environment.putAll(variables);
    try {
      return finish(builder.start(), limit, input);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "git cannot be run: " + e.getMessage(), "install git");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted", null);
    }
  }

  private static Result finish(Process process, Duration limit, byte[] input)
      throws InterruptedException {
    try {
      CompletableFuture<byte[]> out = inBackground(process.getInputStream());
      CompletableFuture<byte[]> err = inBackground(process.getErrorStream());
      write(process, input);
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Result(124, new byte[0], "no end within " + limit.toSeconds() + " s");
      }
      String words = new String(err.get(), StandardCharsets.UTF_8);
      return new Result(process.exitValue(), out.get(), words);
    } catch (ExecutionException e) {
      throw new CommandFailure(ExitCode.FAILED, "git's output is lost: " + e.getMessage(), null);
    } finally {
      process.destroy();
    }
  }

  private static void write(Process process, byte[] input) {
    try (OutputStream to = process.getOutputStream()) {
      to.write(input);
    } catch (IOException e) {
      // Git ended before it had read everything: its exit code and words say why.
      process.toHandle().isAlive();
    }
  }

  private static CompletableFuture<byte[]> inBackground(InputStream stream) {
    CompletableFuture<byte[]> bytes = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("errand-git")
        .start(
            () -> {
              try (stream) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                byte[] piece = new byte[64 * 1024];
                for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
                  if (all.size() + read > MAX_OUTPUT_BYTES) {
                    throw new IOException("more than " + MAX_OUTPUT_BYTES + " bytes");
                  }
                  all.write(piece, 0, read);
                }
                bytes.complete(all.toByteArray());
              } catch (IOException e) {
                bytes.completeExceptionally(new UncheckedIOException(e));
              }
            });
    return bytes;
  }
}
