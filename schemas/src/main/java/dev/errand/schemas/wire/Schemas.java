package dev.errand.schemas.wire;

import dev.errand.schemas.Event.SchemaRegistered;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** The schemas that this build writes with: the newest of each subject, and the types in them. */
final class Schemas {
  private final Map<String, SchemaRegistered> newest = new HashMap<>();
  private final Map<String, Schema> bySubject = new HashMap<>();
  private final Map<String, Schema> byName = new HashMap<>();

  Schemas(Iterable<SchemaRegistered> history) {
    for (SchemaRegistered schema : history) {
      newest.merge(schema.subject(), schema, (a, b) -> a.version() > b.version() ? a : b);
    }
    newest.forEach(
        (subject, schema) -> {
          Schema parsed = new Schema.Parser().parse(schema.text());
          bySubject.put(subject, parsed);
          collect(parsed);
        });
  }

  int id(String subject) {
    return registered(subject).id();
  }

  Schema of(String subject) {
    Schema schema = bySubject.get(subject);
    if (schema == null) {
      throw new IllegalArgumentException("the history has no subject " + subject);
    }
    return schema;
  }

  /** A new row of the named type. */
  Row row(String name) {
    Schema schema = byName.get(name);
    if (schema == null) {
      throw new IllegalArgumentException("no schema has a type " + name);
    }
    return Row.empty(schema);
  }

  private SchemaRegistered registered(String subject) {
    SchemaRegistered schema = newest.get(subject);
    if (schema == null) {
      throw new IllegalArgumentException("the history has no subject " + subject);
    }
    return schema;
  }

  private void collect(Schema schema) {
    switch (schema.getType()) {
      case RECORD -> {
        if (byName.put(schema.getName(), schema) == null) {
          schema.getFields().forEach(field -> collect(field.schema()));
        }
      }
      case UNION -> schema.getTypes().forEach(this::collect);
      case ARRAY -> collect(schema.getElementType());
      case MAP -> collect(schema.getValueType());
      case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
    }
  }
}
