package dev.errand.cli.server;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which server is asked, and with which token. Found in this order: options, ERRAND_SERVER and
 * ERRAND_TOKEN, the data folder; never in a repository.
 *
 * <p>A token is sent only to the origin that it was given for: one from the data folder to the
 * server of the data folder, one from the environment to ERRAND_SERVER when that is set.
 *
 * @param token null when none belongs to this origin
 */
public record Connection(Origin origin, @Nullable String token) {
  /** What the option or variable may hold at most; real ones have about 80 characters. */
  private static final int MAX_SMALL_FILE_BYTES = 4 * 1024;

  private static final String START_HINT =
      "start one with `errand up`, or name one with --server or ERRAND_SERVER";

  /**
   * @param server from --server, or null
   * @param token from --token, or null
   * @throws CommandFailure (UNREACHABLE) when no server is named anywhere and none has run here;
   *     (NOT_ALLOWED) when only the data folder could name one, and is closed to this user
   */
  public static Connection find(
      @Nullable String server,
      @Nullable String token,
      Map<String, String> environment,
      Path dataFolder) {
    Origin fromEnvironment = origin(environment.get("ERRAND_SERVER"), "ERRAND_SERVER");
    Origin fromFolder = origin(small(dataFolder.resolve("server/url")), "the data folder");
    Origin origin = origin(server, "--server");
    if (origin == null) {
      origin = fromEnvironment != null ? fromEnvironment : fromFolder;
    }
    if (origin == null && !Files.notExists(dataFolder) && !Files.isExecutable(dataFolder)) {
      throw new CommandFailure(
          ExitCode.NOT_ALLOWED,
          "the data folder %s belongs to %s and is closed to you"
              .formatted(dataFolder, owner(dataFolder)),
          "run this as that user, or give ERRAND_SERVER and ERRAND_TOKEN");
    }
    if (origin == null) {
      throw new CommandFailure(
          ExitCode.UNREACHABLE,
          "no server has been started with the data folder " + dataFolder,
          START_HINT);
    }
    if (token != null) {
      return new Connection(origin, checked(token, "--token"));
    }
    String named = environment.get("ERRAND_TOKEN");
    if (named != null
        && !named.isBlank()
        && (fromEnvironment == null || origin.equals(fromEnvironment))) {
      return new Connection(origin, checked(named, "ERRAND_TOKEN"));
    }
    String own = origin.equals(fromFolder) ? small(dataFolder.resolve("token")) : null;
    return new Connection(origin, own == null ? null : checked(own, "the data folder"));
  }

  private static String owner(Path dataFolder) {
    try {
      return Files.getOwner(dataFolder).getName();
    } catch (IOException e) {
      return "another user"; // the folder above it is closed as well
    }
  }

  private static @Nullable Origin origin(@Nullable String text, String from) {
    return text == null || text.isBlank() ? null : Origin.of(text, from);
  }

  /** A token goes into a header: visible ASCII only. */
  private static String checked(String token, String from) {
    String stripped = token.strip();
    if (stripped.isEmpty() || !stripped.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw CommandFailure.usage(
          "the token from " + from + " is not one", "give a token as `errand token create` shows");
    }
    return stripped;
  }

  private static @Nullable String small(Path file) {
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_SMALL_FILE_BYTES) {
        return null;
      }
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.NOT_ALLOWED,
          "cannot read " + file + ": " + e.getMessage(),
          "run as the user who started the server, or give ERRAND_SERVER and ERRAND_TOKEN");
    }
  }

  @Override
  public String toString() {
    return "Connection[" + origin + (token == null ? "" : ", a token") + "]";
  }
}
