package dev.errand.cli.environment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import dev.errand.cli.terminal.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What opens private repositories, by host and path; never an argument. */
public final class GitCredentialCommands {
  private static final int MAX_BYTES = 64 * 1024;
  private static final String PLACE = "Such as github.com/acme: that path and all below it.";

  private GitCredentialCommands() {}

  /** The kinds of secrets that belong to the installation. */
  enum Kind {
    git
  }

  @Command(
      name = "set",
      description = {
        "Give the server what opens private repositories: a token for https, or a",
        "private key for ssh, read from standard input. It goes to that host alone."
      })
  public static final class Assign implements Callable<Integer> {
    private final Session session;

    @Option(names = "--kind", required = true, paramLabel = "KIND", description = "git.")
    Kind kind = Kind.git;

    @Option(
        names = "--user",
        paramLabel = "NAME",
        defaultValue = "git",
        description = "The token's user name (default: ${DEFAULT-VALUE}).")
    String user = "git";

    @Option(
        names = "--known-hosts",
        paramLabel = "FILE",
        description = "With an ssh key: the host's lines of a known_hosts file.")
    @Nullable Path knownHosts;

    @Parameters(paramLabel = "HOST/PATH", description = PLACE)
    String place = "";

    /** The command of one run. */
    public Assign(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      byte[] input = session.input(MAX_BYTES, "the credential");
      String text = new String(input, StandardCharsets.UTF_8).strip();
      Arrays.fill(input, (byte) 0);
      session.api().send("PUT", path(place), Api.Body.json(request(text)));
      said(session, place, "set");
      return 0;
    }

    private ObjectNode request(String text) {
      if (text.isEmpty()) {
        throw CommandFailure.usage(
            "the credential is empty", "remove it with `errand secret delete --kind git`");
      }
      if (!text.startsWith("-----BEGIN ")) {
        return Json.object().put("user", user).put("token", text);
      }
      if (knownHosts == null) {
        throw CommandFailure.usage(
            "an ssh key needs the host's keys", "add --known-hosts FILE; ssh-keyscan makes one");
      }
      try {
        return Json.object().put("key", text).put("knownHosts", Files.readString(knownHosts));
      } catch (IOException e) {
        throw CommandFailure.usage(
            "%s cannot be read as text".formatted(knownHosts), "name a known_hosts file");
      }
    }
  }

  @Command(name = "list", description = "List the places that have a credential, without it.")
  public static final class ListAll implements Callable<Integer> {
    private final Session session;

    @Option(names = "--kind", required = true, paramLabel = "KIND", description = "git.")
    Kind kind = Kind.git;

    /** The command of one run. */
    public ListAll(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      JsonNode answer = session.api().get(ApiPath.of("git-credentials"));
      if (session.json()) {
        session.print(answer);
        return 0;
      }
      Table table = new Table(0, "PLACE", "VERSION");
      EnvironmentLookup.listed(answer)
          .forEach(each -> table.row(Json.string(each, "place"), each.path("version").asText()));
      table.lines().forEach(session::print);
      return 0;
    }
  }

  @Command(name = "delete", description = "Remove a place's credential.")
  public static final class Delete implements Callable<Integer> {
    private final Session session;

    @Option(names = "--kind", required = true, paramLabel = "KIND", description = "git.")
    Kind kind = Kind.git;

    @Parameters(paramLabel = "HOST/PATH", description = PLACE)
    String place = "";

    /** The command of one run. */
    public Delete(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      session.api().send("DELETE", path(place), Api.Body.NONE);
      said(session, place, "deleted");
      return 0;
    }
  }

  private static ApiPath path(String place) {
    return ApiPath.of("git-credentials").with("place", place);
  }

  private static void said(Session session, String place, String done) {
    if (session.json()) {
      session.print(Json.object().put("place", place).put("state", done));
    } else {
      session.print(SafeText.line(place) + " " + done);
    }
  }
}
