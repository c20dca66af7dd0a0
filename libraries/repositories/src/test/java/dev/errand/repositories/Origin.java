package dev.errand.repositories;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real repository with a working tree, as a user would have it. */
public record Origin(Path directory) {
  public static Origin create(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Origin origin = new Origin(directory);
    origin.git("init", "--quiet", "--initial-branch=main");
    return origin;
  }

  public RepositoryUrl url() {
    String path = directory.toUri().getRawPath().replaceAll("/+$", "");
    return new RepositoryUrl("file://" + path);
  }

  public Origin write(String path, String text) {
    return write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  public Origin write(String path, byte[] bytes) {
    try {
      Path file = directory.resolve(path);
      Files.createDirectories(file.resolveSibling("."));
      Files.write(file, bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public CommitSha commit(String message) {
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", message);
    return head();
  }

  public CommitSha head() {
    return new CommitSha(git("rev-parse", "HEAD").strip());
  }

  public String git(String... arguments) {
    return git(directory, arguments);
  }

  public static String git(Path directory, String... arguments) {
    List<String> line = new ArrayList<>(List.of("git", "-c", "user.name=Test"));
    line.addAll(List.of("-c", "user.email=test@example.org", "-c", "protocol.file.allow=always"));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    builder.redirectErrorStream(true);
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(line + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
