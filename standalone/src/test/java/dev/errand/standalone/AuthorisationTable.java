package dev.errand.standalone;

import dev.errand.schemas.Event.SchemaRegistered;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.Verdict;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what over HTTP: the table that docs/authorisation.md shows and that {@link
 * RolesBrokerTest} asks a front door about. It is written by hand: what should be, not what is.
 */
final class AuthorisationTable {
  private static final String TEXT = "text/plain";
  private static final String JSON = "application/json";

  private AuthorisationTable() {}

  /** Who asks; each is a column. */
  enum Who {
    NOBODY("no token"),
    WRONG("a wrong one"),
    OWNER("its owner"),
    MEMBER("a member"),
    OTHER("another producer"),
    OPERATOR("operator"),
    ADMIN("admin");

    private final String words;

    Who(String words) {
      this.words = words;
    }
  }

  /** What comes of asking. */
  enum Outcome {
    YES("yes", null),
    /** The page asks for a token once more, and no session begins. */
    ASKED_AGAIN("no session", null),
    UNKNOWN_CALLER("401", FailureCode.TOKEN_INVALID),
    FORBIDDEN("403", FailureCode.NOT_ALLOWED),
    /** What one may not see is as unknown as what is not there. */
    UNKNOWN_TASK("404", FailureCode.TASK_UNKNOWN),
    NOTHING_THERE("404", FailureCode.NOT_FOUND);

    private final String words;
    private final @Nullable FailureCode code;

    Outcome(String words, @Nullable FailureCode code) {
      this.words = words;
      this.code = code;
    }

    /** The answer's outcome; one with any other code is none, so that no refusal passes for it. */
    static Outcome of(Door.Answer answer) {
      if (answer.status() < 300) {
        return YES;
      }
      if (answer.status() == 303) {
        return answer.header("Set-Cookie").isEmpty() ? ASKED_AGAIN : YES;
      }
      String code = answer.json().path("code").asText();
      return Arrays.stream(values())
          .filter(outcome -> outcome.code != null && outcome.code.name().equals(code))
          .findFirst()
          .orElseThrow(() -> new AssertionError(answer.status() + " " + answer.body()));
    }

    /** Whether an answer of this status, which may have no body, can be this outcome. */
    boolean fits(int status) {
      return code == null ? status < 400 : status == Verdict.on(code).httpStatus();
    }
  }

  /** What the columns of a row hold, in their order. */
  enum Rule {
    /** Everybody, whatever token is shown. */
    OPEN(Outcome.YES, Outcome.YES, Outcome.YES, Outcome.YES, Outcome.YES, Outcome.YES, Outcome.YES),
    ANY_TOKEN(
        Outcome.UNKNOWN_CALLER,
        Outcome.UNKNOWN_CALLER,
        Outcome.YES,
        Outcome.YES,
        Outcome.YES,
        Outcome.YES,
        Outcome.YES),
    /** A producer does it to its owner's and its environments'; of more it does not learn. */
    OWN(
        Outcome.UNKNOWN_CALLER,
        Outcome.UNKNOWN_CALLER,
        Outcome.YES,
        Outcome.YES,
        Outcome.UNKNOWN_TASK,
        Outcome.YES,
        Outcome.YES),
    /** Whom a list is of is a name, which is no secret: the refusal says what would be needed. */
    OWN_NAME(
        Outcome.UNKNOWN_CALLER,
        Outcome.UNKNOWN_CALLER,
        Outcome.YES,
        Outcome.YES,
        Outcome.FORBIDDEN,
        Outcome.YES,
        Outcome.YES),
    OPERATORS(
        Outcome.UNKNOWN_CALLER,
        Outcome.UNKNOWN_CALLER,
        Outcome.FORBIDDEN,
        Outcome.FORBIDDEN,
        Outcome.FORBIDDEN,
        Outcome.YES,
        Outcome.YES),
    /** Of the framework's addresses, those that are not built in. */
    OPERATORS_FIND_NOTHING(
        Outcome.UNKNOWN_CALLER,
        Outcome.UNKNOWN_CALLER,
        Outcome.FORBIDDEN,
        Outcome.FORBIDDEN,
        Outcome.FORBIDDEN,
        Outcome.NOTHING_THERE,
        Outcome.NOTHING_THERE),
    ADMINS(
        Outcome.UNKNOWN_CALLER,
        Outcome.UNKNOWN_CALLER,
        Outcome.FORBIDDEN,
        Outcome.FORBIDDEN,
        Outcome.FORBIDDEN,
        Outcome.FORBIDDEN,
        Outcome.YES),
    LOGIN(
        Outcome.ASKED_AGAIN,
        Outcome.ASKED_AGAIN,
        Outcome.YES,
        Outcome.YES,
        Outcome.YES,
        Outcome.YES,
        Outcome.YES),
    NOTHING(
        Outcome.NOTHING_THERE,
        Outcome.NOTHING_THERE,
        Outcome.NOTHING_THERE,
        Outcome.NOTHING_THERE,
        Outcome.NOTHING_THERE,
        Outcome.NOTHING_THERE,
        Outcome.NOTHING_THERE);

    private final Outcome nobody;
    private final Outcome wrong;
    private final Outcome owner;
    private final Outcome member;
    private final Outcome other;
    private final Outcome operator;
    private final Outcome admin;

    Rule(
        Outcome nobody,
        Outcome wrong,
        Outcome owner,
        Outcome member,
        Outcome other,
        Outcome operator,
        Outcome admin) {
      this.nobody = nobody;
      this.wrong = wrong;
      this.owner = owner;
      this.member = member;
      this.other = other;
      this.operator = operator;
      this.admin = admin;
    }

    Outcome of(Who who) {
      return switch (who) {
        case NOBODY -> nobody;
        case WRONG -> wrong;
        case OWNER -> owner;
        case MEMBER -> member;
        case OTHER -> other;
        case OPERATOR -> operator;
        case ADMIN -> admin;
      };
    }
  }

  /** What requests are about, by path; there when it is asked for. */
  interface Things {
    /** A new task of the owner, which waits. */
    String task();

    /** A task of the owner that is over, with a diff and a log. */
    String over();

    /** The path of a new task that is ready. */
    String ready();

    /** A new environment with the secret TOKEN. */
    String environment();

    /** A dead letter that can be replayed. */
    String letter();

    /** A snapshot of a node. */
    String snapshot();

    /** A place below which a git credential lies. */
    String place();

    /** A new token. */
    String token();
  }

  /** What a caller sends. */
  interface Request {
    HttpRequest.Builder of(Door caller, Things things);
  }

  /**
   * An operation under one rule.
   *
   * @param operation as docs/openapi.yaml names it, or the framework's
   * @param when empty, or which requests of the operation this row is about
   */
  record Row(String operation, String when, Rule rule, Request request) {
    Row when(String words) {
      return new Row(operation, words, rule, request);
    }

    /** The same of another request. */
    Row sends(Request other) {
      return new Row(operation, when, rule, other);
    }

    /** The same with a body. */
    Row sends(String type, String body) {
      return sends(
          (caller, things) ->
              request
                  .of(caller, things)
                  .header("Content-Type", type)
                  .method(method(), BodyPublishers.ofString(body)));
    }

    String method() {
      return operation.substring(0, operation.indexOf(' '));
    }

    @Override
    public String toString() {
      return when.isEmpty() ? operation : operation + ", " + when;
    }
  }

  private static Row row(String operation, Rule rule, Function<Things, String> path) {
    String method = operation.substring(0, operation.indexOf(' '));
    return new Row(
        operation,
        "",
        rule,
        (caller, things) ->
            caller.request(path.apply(things)).method(method, BodyPublishers.noBody()));
  }

  /** An operation whose path has no variables. */
  private static Row row(String operation, Rule rule) {
    return row(operation, rule, _ -> operation.substring(operation.indexOf(' ') + 1));
  }

  static List<Row> rows() {
    return Stream.of(tasks(), environments(), tokens(), operations(), pages(), registry(), rest())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Row> tasks() {
    String one = "/api/v1/tasks/{id}";
    return List.of(
        row("POST /api/v1/tasks", Rule.ANY_TOKEN).sends(JSON, Door.submission("roles", "true")),
        row("GET /api/v1/tasks", Rule.ANY_TOKEN).when("without an `owner`"),
        row("GET /api/v1/tasks", Rule.OWN_NAME, _ -> "/api/v1/tasks?owner=owner")
            .when("of an `owner`"),
        row("GET " + one, Rule.OWN, Things::over),
        row("POST " + one + "/cancel", Rule.OWN, things -> things.task() + "/cancel"),
        row("POST " + one + "/messages", Rule.OWN, things -> things.ready() + "/messages")
            .sends(JSON, "{\"prompt\":\"true\"}"),
        row("GET " + one + "/diff", Rule.OWN, things -> things.over() + "/diff"),
        row("GET " + one + "/events", Rule.OWN, things -> things.over() + "/events"),
        row("GET " + one + "/logs", Rule.OWN, things -> things.over() + "/logs").when("as text"),
        row("GET " + one + "/logs", Rule.OWN)
            .when("as a stream")
            .sends(
                (caller, things) ->
                    caller
                        .request(things.over() + "/logs?follow=true")
                        .header("Accept", "text/event-stream")));
  }

  private static List<Row> environments() {
    String one = "/api/v1/environments/{id}";
    String secret = one + "/secrets/{name}";
    String credentials = "/api/v1/git-credentials";
    return List.of(
        row("GET /api/v1/environments", Rule.ANY_TOKEN),
        row("GET " + one, Rule.ANY_TOKEN, Things::environment),
        row("PUT " + one, Rule.OPERATORS, Things::environment)
            .sends("application/yaml", "repository: https://example.org/r\n"),
        row("DELETE " + one, Rule.OPERATORS, Things::environment),
        row("POST " + one + "/reset", Rule.OPERATORS, things -> things.environment() + "/reset"),
        row("PUT " + secret, Rule.OPERATORS, AuthorisationTable::secret).sends(TEXT, "long enough"),
        row("DELETE " + secret, Rule.OPERATORS, AuthorisationTable::secret),
        row("GET " + credentials, Rule.OPERATORS),
        row("PUT " + credentials, Rule.OPERATORS, things -> credentials + at(things))
            .sends(JSON, "{\"user\":\"robot\",\"token\":\"long-enough\"}"),
        row("DELETE " + credentials, Rule.OPERATORS, things -> credentials + at(things)));
  }

  private static String secret(Things things) {
    return things.environment() + "/secrets/TOKEN";
  }

  private static String at(Things things) {
    return "?place=" + things.place();
  }

  private static List<Row> tokens() {
    return List.of(
        row("GET /api/v1/tokens", Rule.ADMINS),
        row("POST /api/v1/tokens", Rule.ADMINS)
            .sends(JSON, "{\"owner\":\"new\",\"role\":\"producer\"}"),
        row("DELETE /api/v1/tokens/{id}", Rule.ADMINS, Things::token));
  }

  private static List<Row> operations() {
    String letter = "/api/v1/dead-letters/{id}";
    return List.of(
        row("GET /api/v1/server", Rule.OPEN),
        row("GET /api/v1/nodes", Rule.OPERATORS),
        row("GET /api/v1/queue", Rule.OPERATORS),
        row("GET /api/v1/snapshots", Rule.OPERATORS),
        row("GET /api/v1/snapshots/{node}/{box}", Rule.OPERATORS, Things::snapshot),
        row("GET /api/v1/dead-letters", Rule.OPERATORS),
        row("GET " + letter, Rule.OPERATORS, Things::letter),
        row("POST " + letter + "/replay", Rule.OPERATORS, things -> things.letter() + "/replay"));
  }

  private static List<Row> pages() {
    return List.of(
        row("GET /codex/tasks", Rule.OPEN),
        row("GET /codex/tasks/{id}", Rule.OPEN, things -> things.over().replace("api/v1", "codex"))
            .when("the page without its data"),
        row("GET /codex/page/{name}", Rule.OPEN, _ -> "/codex/page/page.js"),
        row("POST /codex/login", Rule.LOGIN)
            .when("with the token in the form")
            .sends(
                (caller, _) ->
                    Door.stranger()
                        .request("/codex/login")
                        .header("Origin", "http://localhost:" + Door.port())
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("token=" + caller.token()))));
  }

  private static List<Row> registry() {
    SchemaRegistered schema =
        Broker.WIRE.schemas().stream()
            .filter(one -> one.subject().equals(Topic.TASKS_REQUESTED.subject()))
            .max(Comparator.comparingInt(SchemaRegistered::version))
            .orElseThrow();
    String posted = "{\"schema\":" + Door.quoted(schema.text()) + "}";
    return Stream.of(
            "GET /registry/subjects",
            "POST /registry/subjects/{subject}",
            "GET /registry/subjects/{subject}/versions",
            "POST /registry/subjects/{subject}/versions",
            "GET /registry/subjects/{subject}/versions/{version}",
            "GET /registry/subjects/{subject}/versions/{version}/schema",
            "GET /registry/schemas/ids/{id}",
            "GET /registry/schemas/ids/{id}/schema",
            "GET /registry/schemas/ids/{id}/versions",
            "GET /registry/schemas/types",
            "GET /registry/config",
            "GET /registry/config/{subject}",
            "GET /registry/mode")
        .map(operation -> row(operation, Rule.OPEN, _ -> path(operation, schema)))
        .map(row -> row.method().equals("GET") ? row : row.sends(JSON, posted))
        .toList();
  }

  private static String path(String operation, SchemaRegistered schema) {
    return operation
        .substring(operation.indexOf(' ') + 1)
        .replace("{subject}", schema.subject())
        .replace("{version}", "latest")
        .replace("{id}", Integer.toString(schema.id()));
  }

  /** What docs/openapi.yaml does not describe: the framework's own, and nothing. */
  private static List<Row> rest() {
    return List.of(
        row("GET /q/health", Rule.OPEN),
        row("GET /q/health/live", Rule.OPEN),
        row("GET /q/health/ready", Rule.OPEN),
        row("GET /q/health/started", Rule.OPEN),
        row("GET /q/openapi", Rule.OPEN),
        row("GET /q/metrics", Rule.OPERATORS),
        row("GET /q/{anything}", Rule.OPERATORS_FIND_NOTHING, _ -> "/q/nothing")
            .when("any other below `/q`"),
        row("GET /{anything}", Rule.NOTHING, _ -> "/nowhere").when("any other address"));
  }

  /** As docs/authorisation.md shows it. */
  static String markdown() {
    StringBuilder table = new StringBuilder("| operation |");
    Arrays.stream(Who.values()).forEach(who -> table.append(" %s |".formatted(who.words)));
    table.append("\n|---|").append("---|".repeat(Who.values().length)).append('\n');
    rows().forEach(row -> table.append(line(row)));
    return table.toString();
  }

  private static String line(Row row) {
    String cells =
        Arrays.stream(Who.values())
            .map(who -> row.rule().of(who).words)
            .collect(Collectors.joining(" | "));
    String when = row.when().isEmpty() ? "" : ", " + row.when();
    return "| `%s`%s | %s |\n".formatted(row.operation(), when, cells);
  }
}
