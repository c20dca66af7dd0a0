package dev.errand.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** docs/openapi.yaml as a judge: is an answer one of those that it promises? */
final class Contract {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");
  private static final String JSON_SUFFIX = "json";

  private final JsonNode document;

  private Contract(JsonNode document) {
    this.document = document;
  }

  static Contract read() {
    return of(SourceTree.read(Path.of("docs/openapi.yaml")));
  }

  static Contract of(String yaml) {
    Object tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return new Contract(new ObjectMapper().valueToTree(tree));
  }

  JsonNode document() {
    return document;
  }

  /** All operations, as {@code GET /path/{id}}, with their descriptions. */
  Map<String, JsonNode> operations() {
    Map<String, JsonNode> operations = new TreeMap<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue().properties().stream()
                    .filter(entry -> METHODS.contains(entry.getKey()))
                    .forEach(
                        entry ->
                            operations.put(
                                entry.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
                                entry.getValue())));
    return operations;
  }

  JsonNode operation(String name) {
    return Objects.requireNonNull(operations().get(name), name);
  }

  /** The parameters of an operation and of its path, as {@code query limit}. */
  Set<String> parameters(String operation) {
    String path = operation.substring(operation.indexOf(' ') + 1);
    Set<String> names = new TreeSet<>();
    for (JsonNode owner : List.of(document.path("paths").path(path), operation(operation))) {
      owner
          .path("parameters")
          .forEach(
              parameter -> {
                JsonNode resolved = resolved(parameter);
                names.add(resolved.path("in").asText() + " " + resolved.path("name").asText());
              });
    }
    return names;
  }

  /** The operation that a request's path means; empty when it means none. */
  Optional<String> operationOf(String method, String path) {
    return operations().keySet().stream()
        .filter(operation -> operation.startsWith(method + " "))
        .filter(operation -> matches(operation.substring(method.length() + 1), path))
        .min((one, other) -> Integer.compare(variables(one), variables(other)));
  }

  private static int variables(String template) {
    return template.split("\\{", -1).length;
  }

  private static boolean matches(String template, String path) {
    String[] expected = template.split("/", -1);
    String[] actual = path.split("/", -1);
    if (expected.length != actual.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (!expected[i].startsWith("{") && !expected[i].equals(actual[i])) {
        return false;
      }
    }
    return true;
  }

  /** What the document does not promise about the answer; nothing when it is as it says. */
  List<String> violations(HttpResponse<String> response) {
    String method = response.request().method();
    String path = response.request().uri().getPath();
    int status = response.statusCode();
    Optional<String> operation = operationOf(method, path);
    if (path.startsWith("/q/")) {
      return List.of(); // the framework's own
    }
    if (operation.isEmpty()) {
      return status == 404 || status == 405 ? List.of() : List.of("no such operation");
    }
    JsonNode responses = operation(operation.get()).path("responses");
    JsonNode promised = responses.path(Integer.toString(status));
    if (promised.isMissingNode()) {
      promised = responses.path(status / 100 + "XX");
    }
    if (promised.isMissingNode()) {
      return List.of(operation.get() + " says nothing of " + status);
    }
    JsonNode content = resolved(promised).path("content");
    if (content.isMissingNode()) {
      return response.body().isEmpty() ? List.of() : List.of(operation.get() + ": no body is due");
    }
    String type =
        response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "").strip();
    if (content.path(type).isMissingNode()) {
      return List.of("%s: %d is not '%s'".formatted(operation.get(), status, type));
    }
    List<String> found = new ArrayList<>();
    if (type.endsWith(JSON_SUFFIX)) {
      check(content.path(type).path("schema"), Door.json(response.body()), "body", found);
    }
    return found.stream().map(one -> operation.get() + ": " + one).toList();
  }

  JsonNode resolved(JsonNode node) {
    JsonNode reference = node.path("$ref");
    return reference.isMissingNode() ? node : document.at(reference.asText().substring(1));
  }

  /** As much of JSON Schema as the document uses. */
  private void check(JsonNode reference, JsonNode value, String at, List<String> found) {
    JsonNode schema = resolved(reference);
    if (schema.has("const") && !schema.path("const").equals(value)) {
      found.add("%s is %s".formatted(at, value));
    }
    if (schema.has("enum") && !contains(schema.path("enum"), value)) {
      found.add("%s is %s, which is none of those".formatted(at, value));
    }
    if (schema.has("type") && !isOfType(schema.path("type"), value)) {
      found.add("%s is %s and no %s".formatted(at, value, schema.path("type")));
    }
    if (value.isTextual()) {
      checkText(schema, value.asText(), at, found);
    }
    if (value.isNumber() && schema.has("minimum")) {
      if (value.asDouble() < schema.path("minimum").asDouble()) {
        found.add("%s is %s".formatted(at, value));
      }
    }
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        check(schema.path("items"), value.get(i), at + "[" + i + "]", found);
      }
    }
    if (value.isObject()) {
      checkObject(schema, value, at, found);
    }
  }

  private static void checkText(JsonNode schema, String text, String at, List<String> found) {
    if (schema.has("pattern") && !text.matches("(?s).*" + schema.path("pattern").asText() + ".*")) {
      found.add("%s is '%s'".formatted(at, text));
    }
    if (schema.path("format").asText().equals("date-time")) {
      try {
        var _ = Instant.parse(text);
      } catch (DateTimeException e) {
        found.add("%s is '%s' and no time".formatted(at, text));
      }
    }
  }

  private void checkObject(JsonNode schema, JsonNode value, String at, List<String> found) {
    schema
        .path("required")
        .forEach(
            key -> {
              if (!value.has(key.asText())) {
                found.add("%s has no %s".formatted(at, key.asText()));
              }
            });
    JsonNode more = schema.path("additionalProperties");
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      String place = at + "." + member.getKey();
      JsonNode known = schema.path("properties").path(member.getKey());
      if (!known.isMissingNode()) {
        check(known, member.getValue(), place, found);
      } else if (more.isObject()) {
        check(more, member.getValue(), place, found);
      } else if (more.isBoolean() && !more.asBoolean()) {
        found.add(place + " is not in the document");
      }
    }
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode one : list) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfType(JsonNode type, JsonNode value) {
    if (type.isArray()) {
      for (JsonNode one : type) {
        if (isOfType(one, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (type.asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> throw new IllegalStateException("the document has a type " + type);
    };
  }
}
