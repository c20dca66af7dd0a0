package dev.errand.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Somebody who is not root and may use the engine because he is in its socket's group. What he
 * makes is closed to everybody else unless a program says otherwise. Only root can act for him.
 */
public final class OrdinaryUser {
  /** No system's file of users has it: Debian and systemd leave it free. */
  private static final int ID = 61_000;

  private static final Path SELF = Path.of("/proc/self");

  private OrdinaryUser() {}

  /** Whether these tests have him already. */
  public static boolean isMe() {
    return (int) attribute(SELF, "unix:uid") != 0;
  }

  public static Path engine() {
    return Path.of(EngineSettings.of(System.getenv()).host().getPath());
  }

  /** What stands before a command that is to be his. */
  public static List<String> command() {
    return List.of(
        "setpriv",
        "--reuid=" + ID,
        "--regid=" + ID,
        "--groups=" + attribute(engine(), "unix:gid"),
        "--inh-caps=-all",
        "sh",
        "-c",
        "umask 077 && exec \"$@\"",
        "sh");
  }

  /** Gives him a file, or a folder with all that is in it. */
  public static void give(Path top) {
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.toList()) {
        Files.setAttribute(file, "unix:gid", ID, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:uid", ID, LinkOption.NOFOLLOW_LINKS);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Object attribute(Path file, String name) {
    try {
      return Files.getAttribute(file, name);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
