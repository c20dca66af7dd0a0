package dev.errand.cli.environment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import dev.errand.cli.server.Json;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.SafeText;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Creates or changes an environment as its file says. */
@Command(
    name = "apply",
    description = "Create an environment, or change it, as its file (YAML or JSON) says.")
public final class EnvApply implements Callable<Integer> {
  /** How the server says where in the document something is wrong. */
  private static final Pattern PLACE =
      Pattern.compile("line ([0-9]{1,9}), column ([0-9]{1,9})(?:: |, )?(.*)", Pattern.DOTALL);

  private final Session session;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "The environment's file; - reads standard input.")
  String file = "";

  @Option(
      names = "--confirm-secrets",
      description = {
        "Let other code than before see the environment's secrets: needed when the",
        "repository, its trusted refs, the image or a script of the setup has changed."
      })
  boolean confirmSecrets;

  /** The command of one run. */
  public EnvApply(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    EnvironmentFile document = EnvironmentFile.read(file, session);
    ApiPath path =
        ApiPath.of("environments", document.id())
            .with("confirmSecrets", confirmSecrets ? true : null);
    Api.Body body = new Api.Body(document.contentType(), document.bytes(), Map.of());
    JsonNode answer;
    try {
      answer = session.api().send("PUT", path, body).json();
    } catch (CommandFailure e) {
      throw withPlace(e, document);
    }
    if (session.json()) {
      session.print(answer);
      return 0;
    }
    String id = SafeText.line(Json.string(answer, "id"));
    session.print("%s: version %d".formatted(id, Json.number(answer, "version")));
    for (JsonNode secret : Json.list(answer.get("secrets"))) {
      if (secret.isObject() && !secret.hasNonNull("version")) {
        session.note(
            "the secret %s has no value yet: errand env secret set %s %s"
                .formatted(
                    SafeText.line(Json.string(secret, "name")),
                    id,
                    SafeText.line(Json.string(secret, "name"))));
      }
    }
    return 0;
  }

  private static CommandFailure withPlace(CommandFailure failure, EnvironmentFile document) {
    Matcher place = PLACE.matcher(failure.text());
    if (failure.exit() != ExitCode.USAGE || !place.lookingAt()) {
      return failure;
    }
    return new CommandFailure(
        ExitCode.USAGE,
        "%s:%s:%s: %s".formatted(document.name(), place.group(1), place.group(2), place.group(3)),
        failure.hint(),
        failure.code(),
        failure.lastLines());
  }
}
