package dev.errand.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real repository in a temporary folder. */
final class Repository {
  private final Path folder;

  /** Makes the folder and initialises it with a branch main. */
  Repository(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    git("init", "-q", "-b", "main");
    git("config", "user.name", "Tester");
    git("config", "user.email", "tester@errand.example");
    git("config", "core.autocrlf", "false");
  }

  Path folder() {
    return folder;
  }

  Repository write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  Repository write(String name, byte[] bytes) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String read(String name) {
    try {
      return Files.readString(folder.resolve(name), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean has(String name) {
    return Files.exists(folder.resolve(name), java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  String commit() {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", "state");
    return git("rev-parse", "HEAD").strip();
  }

  /** The diff from the last commit to the working tree, which is then as before. */
  byte[] takeDiff() {
    git("add", "-A");
    byte[] diff = run("diff", "--cached", "--binary", "--full-index", "-M");
    git("reset", "-q", "--hard");
    return diff;
  }

  String git(String... arguments) {
    return new String(run(arguments), StandardCharsets.UTF_8);
  }

  private byte[] run(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      process.getOutputStream().close();
      byte[] out = process.getInputStream().readAllBytes();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + ": " + new String(out, StandardCharsets.UTF_8));
      }
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
