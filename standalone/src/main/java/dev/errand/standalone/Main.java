package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Verdict;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Map;

/**
 * The server's programs: {@code serve} runs it in this process, {@code up} starts it in one of its
 * own and returns when it is ready, {@code down} ends that one, {@code doctor} says what is
 * missing.
 */
@QuarkusMain
public final class Main {
  /** Exit code for a command line that cannot be understood. */
  private static final int USAGE = 2;

  private static final String HELP =
      """
      Usage: errand up [--foreground] | down | doctor [--json]
        up      start Errand on this machine and return when it is ready
        down    stop it; running attempts go on in their boxes and are taken up again by `up`
        doctor  check what Errand needs from this machine, with a remedy for what is missing
      Settings: ERRAND_DATA (default ~/.errand), and errand.yaml in that folder.
      """;

  private Main() {}

  public static void main(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals("serve")) {
      Serve.run();
      return;
    }
    System.exit(runAndTell(List.of(arguments), System.getenv()));
  }

  private static int runAndTell(List<String> arguments, Map<String, String> environment) {
    try {
      return run(arguments, environment);
    } catch (ErrandException e) {
      System.err.printf(
          "%s (%s)%nPerhaps you should %s.%n", e.failure().message(), e.code(), e.code().hint());
      return Verdict.on(e.code()).exitCode();
    }
  }

  private static int run(List<String> arguments, Map<String, String> environment) {
    Installation installation = Installation.of(environment);
    return switch (String.join(" ", arguments)) {
      case "up" -> new Up(installation, System.out).run();
      case "up --foreground" -> {
        Serve.run();
        yield 0;
      }
      case "down" -> new Down(installation, System.out).run();
      case "doctor" -> new Doctor(installation).run(System.out, false);
      case "doctor --json" -> new Doctor(installation).run(System.out, true);
      default -> {
        boolean asked = arguments.contains("--help") || arguments.contains("-h");
        (asked ? System.out : System.err).print(HELP);
        yield asked ? 0 : USAGE;
      }
    };
  }

  /** Where Quarkus takes over this thread until the process is asked to end. */
  static final class Serve {
    private Serve() {}

    static void run() {
      Installation installation = Installation.of(System.getenv());
      if (System.getProperty("smallrye.config.locations") == null
          && installation.settingsFile().toFile().isFile()) {
        System.setProperty("smallrye.config.locations", installation.settingsFile().toString());
      }
      Quarkus.run(ServerApplication.class, (code, failure) -> System.exit(code));
    }
  }
}
