package dev.errand.ingest.documents;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.SecretName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the document that defines an environment, in YAML or JSON, with the same keys. Every
 * refusal is ENVIRONMENT_INVALID with line and column; see {@link EnvironmentText} for the way
 * back.
 */
public final class EnvironmentDocument {
  private static final String[] KEYS =
      ("id label repository branch image pins setup "
              + "maintenance verify variables secrets trustedRefs members internet agent limits")
          .split(" ");
  private static final int MAX_LABEL_CHARACTERS = 100;
  private static final int MAX_IMAGE_CHARACTERS = 300;

  /** An image's name, tag and digest; Source: the grammar of the distribution project. */
  private static final Pattern IMAGE =
      Pattern.compile(
          "[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
              + "(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final Pattern PIN = Pattern.compile("[a-z][a-z0-9-]{0,30}");
  private static final Pattern PIN_VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+_-]{0,40}");
  private static final int MAX_PINS = 20;
  private static final int MAX_VARIABLES = 100;
  private static final int MAX_SECRETS = 50;
  private static final int MAX_TRUSTED_REFS = 20;
  private static final int MAX_MEMBERS = 100;

  /** All variables together: they travel in every fact of every task. */
  private static final int MAX_VARIABLE_BYTES = 32 * 1024;

  private static final double MIN_CPUS = 0.1;
  private static final double MAX_CPUS = 64;
  private static final long MIN_MEMORY_BYTES = 64L << 20; // a shell and git fit
  private static final long MAX_MEMORY_BYTES = 1L << 40;
  private static final long MIN_DISK_BYTES = 64L << 20;
  private static final long MAX_DISK_BYTES = 16L << 40;
  private static final Duration MIN_TIME = Duration.ofSeconds(1);
  private static final Duration MAX_TIME = Duration.ofHours(24);

  private final Fields fields;

  private EnvironmentDocument(Fields fields) {
    this.fields = fields;
  }

  /**
   * Version and generation of the result's spec are 0: the registry gives them.
   *
   * @param expected the id that the request's address names; the document may repeat it
   */
  public static EnvironmentDefinition read(Value document, EnvironmentId expected) {
    EnvironmentDocument read = new EnvironmentDocument(document.fields(KEYS));
    return new EnvironmentDefinition(
        read.spec(expected), Set.copyOf(read.names("members", MAX_MEMBERS, Owner::new)));
  }

  private EnvironmentSpec spec(EnvironmentId expected) {
    checkId(expected);
    String setup = script("setup", EnvironmentSpec.AUTO);
    String maintenance = script("maintenance", "");
    String verify = script("verify", "");
    checkTogether(setup + maintenance + verify);
    Map<String, String> variables = variables();
    List<SecretName> secrets = names("secrets", MAX_SECRETS, SecretName::new);
    for (SecretName secret : secrets) {
      if (variables.containsKey(secret.value())) {
        throw fields
            .required("secrets")
            .refused("'%s' is a variable as well; keep one".formatted(secret));
      }
    }
    return new EnvironmentSpec(
        expected,
        0,
        0,
        optional("label", Value::text, this::checkLabel),
        fields.required("repository").as(RepositoryUrl::new),
        optional("branch", value -> value.as(RefName::new), (_, _) -> {}),
        image(),
        pins(),
        setup,
        maintenance,
        verify,
        variables,
        secrets,
        names("trustedRefs", MAX_TRUSTED_REFS, RefName::new),
        InternetDocument.read(fields.find("internet")),
        agent(),
        limits());
  }

  private void checkId(EnvironmentId expected) {
    fields
        .find("id")
        .ifPresent(
            value -> {
              if (!value.as(EnvironmentId::new).equals(expected)) {
                throw value.refused(
                    "'%s' is not '%s', which the address names".formatted(value.text(), expected));
              }
            });
  }

  private interface Check<T> {
    void on(Value value, T read);
  }

  private <T> @Nullable T optional(String key, Function<Value, T> read, Check<T> check) {
    Value value = fields.find(key).orElse(null);
    if (value == null) {
      return null;
    }
    T result = read.apply(value);
    check.on(value, result);
    return result;
  }

  private void checkLabel(Value value, String label) {
    if (label.isBlank()
        || label.length() > MAX_LABEL_CHARACTERS
        || label.chars().anyMatch(Character::isISOControl)) {
      throw value.refused(
          "a label has 1 to %d characters on one line".formatted(MAX_LABEL_CHARACTERS));
    }
  }

  private String image() {
    Value value = fields.find("image").orElse(null);
    if (value == null) {
      return EnvironmentSpec.DEFAULT_IMAGE;
    }
    String image = value.text();
    if (image.length() > MAX_IMAGE_CHARACTERS || !IMAGE.matcher(image).matches()) {
      throw value.refused("'%s' is not an image's name, such as debian:12".formatted(image));
    }
    return image;
  }

  private String script(String key, String absent) {
    Value value = fields.find(key).orElse(null);
    if (value == null) {
      return absent;
    }
    String script = value.text();
    if (script.indexOf('\0') >= 0) {
      throw value.refused("a script has no NUL character");
    }
    return script;
  }

  private void checkTogether(String scripts) {
    if (scripts.getBytes(StandardCharsets.UTF_8).length > EnvironmentSpec.MAX_SCRIPT_BYTES) {
      throw fields
          .find("setup")
          .or(() -> fields.find("maintenance"))
          .or(() -> fields.find("verify"))
          .orElseThrow()
          .refused(
              "all scripts together may have %s"
                  .formatted(Sizes.text(EnvironmentSpec.MAX_SCRIPT_BYTES)));
    }
  }

  private Map<String, String> pins() {
    return texts("pins", MAX_PINS, PIN, "a runtime's name, such as node");
  }

  private Map<String, String> variables() {
    Map<String, String> variables =
        texts("variables", MAX_VARIABLES, VARIABLE, "a variable's name");
    int bytes = 0;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      bytes += (variable.getKey() + variable.getValue()).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MAX_VARIABLE_BYTES || variable.getValue().indexOf('\0') >= 0) {
        throw fields
            .required("variables")
            .refused(
                "all variables together may have %s, without NUL characters"
                    .formatted(Sizes.text(MAX_VARIABLE_BYTES)));
      }
    }
    return variables;
  }

  private Map<String, String> texts(String key, int max, Pattern names, String what) {
    Value value = fields.find(key).orElse(null);
    if (value == null) {
      return Map.of();
    }
    return value.fields().all(max).entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> text(entry.getKey(), entry.getValue(), names, what)));
  }

  private static String text(String name, Value value, Pattern names, String what) {
    if (!names.matcher(name).matches()) {
      throw value.refused("'%s' is not %s".formatted(name, what));
    }
    String text = value.isNothing() ? "" : value.text();
    if (names == PIN && !PIN_VERSION.matcher(text).matches()) {
      throw value.refused("'%s' is not a version, such as 18 or 3.12".formatted(text));
    }
    return text;
  }

  private <T> List<T> names(String key, int max, Function<String, T> type) {
    Value value = fields.find(key).orElse(null);
    if (value == null) {
      return List.of();
    }
    Set<T> names = new LinkedHashSet<>();
    for (Value item : value.list(max)) {
      if (!names.add(item.as(type))) {
        throw item.refused("'%s' is there twice".formatted(item.text()));
      }
    }
    return List.copyOf(names);
  }

  private EnvironmentSpec.AgentKind agent() {
    return fields
        .find("agent")
        .map(value -> Choices.read(value, EnvironmentSpec.AgentKind.values()))
        .orElse(EnvironmentSpec.AgentKind.COMMAND);
  }

  private Limits limits() {
    Value value = fields.find("limits").orElse(null);
    if (value == null) {
      return Limits.DEFAULT;
    }
    Fields limits = value.fields("cpus", "memory", "disk", "setup", "agent");
    Limits absent = Limits.DEFAULT;
    return new Limits(
        limits.find("cpus").map(v -> v.decimal(MIN_CPUS, MAX_CPUS)).orElse(absent.cpus()),
        limits
            .find("memory")
            .map(v -> size(v, MIN_MEMORY_BYTES, MAX_MEMORY_BYTES))
            .orElse(absent.memoryBytes()),
        limits
            .find("disk")
            .map(v -> size(v, MIN_DISK_BYTES, MAX_DISK_BYTES))
            .orElse(absent.diskBytes()),
        limits.find("setup").map(EnvironmentDocument::time).orElse(absent.setup()),
        limits.find("agent").map(EnvironmentDocument::time).orElse(absent.agent()));
  }

  private static long size(Value value, long min, long max) {
    long bytes;
    try {
      bytes = Sizes.parse(value.textOrNumber());
    } catch (IllegalArgumentException e) {
      throw value.refused(String.valueOf(e.getMessage()));
    }
    if (bytes < min || bytes > max) {
      throw value.refused(
          "%s is outside %s to %s"
              .formatted(value.textOrNumber(), Sizes.text(min), Sizes.text(max)));
    }
    return bytes;
  }

  private static Duration time(Value value) {
    Duration time = value.as(Durations::parse);
    if (time.compareTo(MIN_TIME) < 0 || time.compareTo(MAX_TIME) > 0) {
      throw value.refused(
          "%s is outside %s to %s"
              .formatted(value.text(), Durations.text(MIN_TIME), Durations.text(MAX_TIME)));
    }
    return time;
  }
}
