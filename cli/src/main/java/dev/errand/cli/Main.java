package dev.errand.cli;

import dev.errand.cli.session.Surroundings;
import dev.errand.cli.terminal.Terminal;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The process: real streams, the real clock, and an exit code. */
public final class Main {
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int MIN_COLUMNS = 40;
  private static final int MAX_COLUMNS = 1000;

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Surroundings surroundings = surroundings(System.getenv());
    int exit = new Program(surroundings).run(arguments);
    surroundings.terminal().out().flush();
    surroundings.terminal().err().flush();
    // Threads of the HTTP client may still wind down; nothing that they do matters now.
    Runtime.getRuntime().halt(exit);
  }

  /** This process with another environment. */
  static Surroundings surroundings(Map<String, String> environment) {
    return new Surroundings(
        terminal(environment),
        environment,
        Path.of(System.getProperty("user.dir")),
        Path.of(System.getProperty("user.home")),
        InstantSource.system(),
        Thread::sleep); // the pause between two tries to reach a server
  }

  private static Terminal terminal(Map<String, String> environment) {
    boolean colours =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(environment.get("TERM"));
    Terminal.People people =
        new Terminal.People(isTerminal(0), isTerminal(1), isTerminal(2), colours);
    return new Terminal(
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        people,
        columns(environment.get("COLUMNS")),
        Main::hidden);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new java.io.BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
        true,
        StandardCharsets.UTF_8);
  }

  /** Each stream for itself: Java's own Console knows only whether both ends are terminals. */
  @SuppressWarnings("SystemConsoleNull") // null where JDK 25's default provider sees no terminal
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    if (!Files.isSymbolicLink(link)) {
      Console console = System.console();
      return console != null && console.isTerminal();
    }
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      return false; // a closed descriptor has no person behind it
    }
  }

  private static int columns(@Nullable String text) {
    if (text == null || !text.matches("[0-9]{1,5}")) {
      return Terminal.DEFAULT_COLUMNS;
    }
    return Math.clamp(Integer.parseInt(text), MIN_COLUMNS, MAX_COLUMNS);
  }

  @SuppressWarnings("SystemConsoleNull") // as above
  private static char @Nullable [] hidden(String prompt) {
    Console console = System.console();
    return console == null || !console.isTerminal() ? null : console.readPassword("%s", prompt);
  }
}
