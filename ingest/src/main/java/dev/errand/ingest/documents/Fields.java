package dev.errand.ingest.documents;

import dev.errand.schemas.FailureCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mapping of a document: what stands under each key. */
public final class Fields {
  private final Value owner;
  private final Node.Mapping mapping;
  private final String path;
  private final FailureCode code;

  Fields(Value owner, Node.Mapping mapping, String path, FailureCode code) {
    this.owner = owner;
    this.mapping = mapping;
    this.path = path;
    this.code = code;
  }

  Fields onlyOf(List<String> known) {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!known.contains(key)) {
                throw owner.refused(entry.keyPlace(), unknown(key, known));
              }
            });
    return this;
  }

  private static String unknown(String key, List<String> known) {
    return Spelling.closest(key, known)
        .map(best -> "the key '%s' is unknown; did you mean '%s'?".formatted(key, best))
        .orElseGet(
            () -> "the key '%s' is unknown; there are %s".formatted(key, String.join(", ", known)));
  }

  /** What stands under the key; empty when it is not there, or null. */
  public Optional<Value> find(String key) {
    return Optional.ofNullable(mapping.entries().get(key))
        .map(entry -> value(key, entry))
        .filter(value -> !value.isNothing());
  }

  /** What stands under the key, or a refusal that names the key. */
  public Value required(String key) {
    return find(key).orElseThrow(() -> owner.refused("the key '%s' is missing".formatted(key)));
  }

  /** All that is there, in the text's order; refused when it is more than this. */
  public Map<String, Value> all(int maxEntries) {
    if (mapping.entries().size() > maxEntries) {
      throw owner.refused("there are more than %d keys".formatted(maxEntries));
    }
    Map<String, Value> values = new LinkedHashMap<>();
    mapping.entries().forEach((key, entry) -> values.put(key, value(key, entry)));
    return values;
  }

  private Value value(String key, Node.Entry entry) {
    return new Value(entry.value(), path.isEmpty() ? key : path + "." + key, code);
  }
}
