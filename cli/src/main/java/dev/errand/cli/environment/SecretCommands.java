package dev.errand.cli.environment;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Values of secrets: they are never arguments, so that no other process can see them. */
public final class SecretCommands {
  private static final int MAX_VALUE_BYTES = 64 * 1024;
  private static final int MAX_BYTES_PER_CHARACTER = 3; // of UTF-8, for one char of UTF-16

  private SecretCommands() {}

  @Command(
      name = "set",
      description = {
        "Set a secret's value: typed without echo, or read from standard input,",
        "where one line break at the end is dropped."
      })
  public static final class Assign implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "ENV", description = "The environment's id or label.")
    String environment = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The secret's name.")
    String name = "";

    /** The command of one run. */
    public Assign(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      String id = new EnvironmentLookup(session).find(environment).id();
      byte[] value = value();
      try {
        if (value.length == 0) {
          throw CommandFailure.usage(
              "the value is empty", "remove the secret with `errand env secret delete`");
        }
        session
            .api()
            .send(
                "PUT",
                ApiPath.of("environments", id, "secrets", name),
                new Api.Body("text/plain;charset=UTF-8", value, Map.of()));
      } finally {
        Arrays.fill(value, (byte) 0);
      }
      said(session, id, name, "set");
      return 0;
    }

    private byte[] value() {
      if (!session.terminal().people().in()) {
        return withoutLineBreak(session.input(MAX_VALUE_BYTES, "the value"));
      }
      char[] typed = session.terminal().hiddenInput().read(name + ": ");
      if (typed == null) {
        throw CommandFailure.usage(
            "the value cannot be typed without echo here", "pipe it into this command");
      }
      ByteBuffer bytes = ByteBuffer.allocate(typed.length * MAX_BYTES_PER_CHARACTER);
      StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(typed), bytes, true);
      Arrays.fill(typed, '\0');
      byte[] value = Arrays.copyOf(bytes.array(), bytes.position());
      Arrays.fill(bytes.array(), (byte) 0);
      return value;
    }

    private static byte[] withoutLineBreak(byte[] input) {
      int end = input.length;
      if (end > 0 && input[end - 1] == '\n') {
        end--;
        if (end > 0 && input[end - 1] == '\r') {
          end--;
        }
      }
      byte[] value = Arrays.copyOf(input, end);
      Arrays.fill(input, (byte) 0);
      return value;
    }
  }

  @Command(name = "delete", description = "Remove a secret's value.")
  public static final class Delete implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "ENV", description = "The environment's id or label.")
    String environment = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The secret's name.")
    String name = "";

    /** The command of one run. */
    public Delete(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      String id = new EnvironmentLookup(session).find(environment).id();
      session.api().send("DELETE", ApiPath.of("environments", id, "secrets", name), Api.Body.NONE);
      said(session, id, name, "deleted");
      return 0;
    }
  }

  private static void said(Session session, String environment, String name, String done) {
    if (session.json()) {
      session.print(
          Json.object().put("environment", environment).put("secret", name).put("state", done));
    } else {
      session.print(environment + ": " + SafeText.line(name) + " " + done);
    }
  }
}
