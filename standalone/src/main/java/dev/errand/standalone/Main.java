package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Verdict;
import dev.errand.standalone.Finding.ObstacleException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
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

  /** What each command takes beside its name. */
  private static final Map<String, Set<String>> OPTIONS =
      Map.of(
          "up", Set.of("--json"),
          "up --foreground", Set.of("--foreground"),
          "serve", Set.of(),
          "down", Set.of("--json"),
          "doctor", Set.of("--json"));

  private Main() {}

  public static void main(String... arguments) {
    System.exit(run(List.of(arguments), Installation.of(System.getenv())));
  }

  private static int run(List<String> arguments, Installation installation) {
    boolean foreground = arguments.contains("--foreground");
    boolean json = arguments.contains("--json") && !foreground;
    String name = arguments.isEmpty() ? "" : arguments.getFirst();
    String command = foreground ? name + " --foreground" : name;
    boolean asked = arguments.contains("--help") || arguments.contains("-h");
    if (asked || !OPTIONS.containsKey(command)) {
      (asked ? System.out : System.err).print(HELP);
      return asked ? 0 : USAGE;
    }
    JsonAnswer answer = new JsonAnswer(installation, System.out, System.err);
    for (String option : arguments.subList(1, arguments.size())) {
      if (!OPTIONS.getOrDefault(command, Set.of()).contains(option)) {
        String refused = "'%s' is nothing that `errand %s` takes".formatted(option, command);
        String hint = "read: errand %s --help".formatted(name);
        if (json) {
          answer.fail(USAGE, refused, hint);
        } else {
          System.err.printf("errand: %s%nperhaps you should %s%n", refused, hint);
        }
        return USAGE;
      }
    }
    ToIntFunction<PrintStream> program = program(command, json, installation);
    try {
      return json && !command.equals("doctor")
          ? answer.tell(said -> caught(said, () -> program.applyAsInt(said)))
          : caught(System.err, () -> program.applyAsInt(System.out));
    } catch (ObstacleException e) {
      System.err.println("errand: " + e.getMessage());
      return FAILED;
    }
  }

  private static ToIntFunction<PrintStream> program(
      String command, boolean json, Installation installation) {
    Doctor doctor =
        new Doctor(
            installation,
            new HostProbe(installation.data(), InstantSource.system()),
            () -> {
              installation.useSettings();
              Config config = ConfigProvider.getConfig();
              installation.requireKnownSettings(config);
              return config;
            });
    return switch (command) {
      case "up" -> out -> new Up(installation, doctor, out).run();
      case "down" -> out -> new Down(installation, out).run();
      case "doctor" -> out -> doctor.run(out, json);
      default ->
          _ -> {
            Serve.run();
            return 0;
          };
    };
  }

  private static int caught(PrintStream err, IntSupplier program) {
    try {
      return program.getAsInt();
    } catch (ErrandException e) {
      err.printf(
          "%s (%s)%nPerhaps you should %s.%n", e.failure().message(), e.code(), e.code().hint());
      return Verdict.on(e.code()).exitCode();
    } catch (UncheckedIOException e) {
      err.printf(
          "errand: %s: %s. Perhaps you should run `errand doctor`.%n",
          e.getMessage(), e.getCause());
      return FAILED;
    }
  }

  /** Where Quarkus takes over this thread until the process is asked to end. */
  static final class Serve {
    /** What is around the sentence that says what is wrong with a setting. */
    private static final Pattern NOISE =
        Pattern.compile("Configuration validation failed:|java[.a-zA-Z]+Exception: |SRCFG\\d+: ");

    private Serve() {}

    static void run() {
      Installation installation = Installation.of(System.getenv());
      installation.useSettings();
      installation.ensureFolders(); // before Quarkus makes one of its own in there
      try {
        Quarkus.run(
            ServerApplication.class,
            (code, failure) -> {
              if (failure != null) {
                tell(failure, installation); // Quarkus leaves that to whoever handles the exit
              }
              System.exit(code);
            });
      } catch (ExceptionInInitializerError e) { // of the class that reads the settings first
        tell(e, installation);
        System.exit(FAILED);
      }
    }

    private static void tell(Throwable failure, Installation installation) {
      Throwable last = failure;
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof QuarkusBindException port) {
          System.err.println(
              installation
                  .process()
                  .filter(other -> other.pid() != ProcessHandle.current().pid())
                  .map(other -> alreadyRuns(installation, other))
                  .orElseGet(() -> Ports.httpTaken(port.getPort())));
          return;
        }
        if (cause instanceof ConfigValidationException) {
          System.err.println(refusal(installation, cause));
          return;
        }
        last = cause;
      }
      if (!(failure instanceof ExceptionInInitializerError)) {
        failure.printStackTrace();
      } else if (!(last instanceof IllegalStateException)) { // which a process that is ended throws
        System.err.println(refusal(installation, last));
      }
    }

    private static String alreadyRuns(Installation installation, ProcessHandle other) {
      return "Errand already runs in %s, as process %d. Perhaps you should stop it with `errand down`."
          .formatted(installation.data(), other.pid());
    }

    private static String refusal(Installation installation, Throwable cause) {
      String why = NOISE.matcher(String.valueOf(cause.getMessage())).replaceAll("");
      return installation.refusedSetting(why).finding().sentence();
    }
  }
}
