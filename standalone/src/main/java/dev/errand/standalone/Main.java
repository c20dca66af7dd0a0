package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Verdict;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The server's programs: {@code serve} runs it in this process, {@code up} starts it in one of its
 * own and returns when it is ready, {@code down} ends that one, {@code doctor} says what is
 * missing.
 */
@QuarkusMain
public final class Main {
  private static final int FAILED = 1;

  /** Exit code for a command line that cannot be understood. */
  private static final int USAGE = 2;

  private static final String HELP =
      """
      Usage: errand up [--foreground] | down | doctor, each with [--json]
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
    Doctor doctor =
        new Doctor(
            installation,
            new HostProbe(installation.data(), InstantSource.system()),
            () -> {
              installation.useSettings();
              return Ports.of(ConfigProvider.getConfig());
            });
    JsonAnswer answer = new JsonAnswer(installation, System.out, System.err);
    try {
      return switch (String.join(" ", arguments)) {
        case "up" -> new Up(installation, doctor, System.out).run();
        case "up --json" -> answer.tell(said -> new Up(installation, doctor, said).run());
        case "up --foreground" -> {
          Serve.run();
          yield 0;
        }
        case "down" -> new Down(installation, System.out).run();
        case "down --json" -> answer.tell(said -> new Down(installation, said).run());
        case "doctor" -> doctor.run(System.out, false);
        case "doctor --json" -> doctor.run(System.out, true);
        default -> {
          boolean asked = arguments.contains("--help") || arguments.contains("-h");
          (asked ? System.out : System.err).print(HELP);
          yield asked ? 0 : USAGE;
        }
      };
    } catch (UncheckedIOException e) {
      System.err.printf(
          "errand: %s: %s. Perhaps you should run `errand doctor`.%n",
          e.getMessage(), e.getCause());
      return FAILED;
    }
  }

  /** Where Quarkus takes over this thread until the process is asked to end. */
  static final class Serve {
    private Serve() {}

    static void run() {
      Installation.of(System.getenv()).useSettings();
      Quarkus.run(
          ServerApplication.class,
          (code, failure) -> {
            if (failure != null) {
              tell(failure); // Quarkus leaves that to whoever handles the exit
            }
            System.exit(code);
          });
    }

    private static void tell(Throwable failure) {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof QuarkusBindException port) {
          System.err.println(Ports.httpTaken(port.getPort()));
          return;
        }
      }
      failure.printStackTrace();
    }
  }
}
