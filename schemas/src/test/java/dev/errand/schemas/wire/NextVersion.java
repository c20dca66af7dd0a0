package dev.errand.schemas.wire;

import dev.errand.schemas.Event.SchemaRegistered;
import dev.errand.schemas.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.SchemaFormatter;

/** Checks schemas in: appends to the history what the sources say and it does not. */
final class NextVersion {
  /** What to do when a schema has changed; the tests say it. */
  static final String REMEDY =
      "append the new version with `mvn -pl schemas test -Dtest=HistoryTest"
          + " -Derrand.history.append=true` and commit the files that it writes";

  static final Path GOLDEN = Path.of("src/test/resources/dev/errand/schemas/wire/golden");
  private static final String FOLDER = "dev/errand/schemas/wire/history";
  private static final Path SOURCE = Path.of("src/main/resources").resolve(FOLDER);

  /** What this JVM reads: kept equal, so that one run appends the schemas and their frames. */
  private static final Path COMPILED = Path.of("target/classes").resolve(FOLDER);

  private static final int FINGERPRINT_BYTES = 8; // enough to notice an edit

  private NextVersion() {}

  /** Appends when the property {@code errand.history.append} is true. */
  static void appendWhenAsked() throws IOException {
    if (!Boolean.getBoolean("errand.history.append")) {
      return;
    }
    for (Topic topic : Topic.values()) {
      appendSchema(topic);
    }
    Wire wire = Wire.shipped();
    for (SchemaRegistered schema : wire.schemas()) {
      Path golden = golden(schema);
      if (!Files.exists(golden)) {
        Files.createDirectories(GOLDEN);
        Files.write(golden, frames(wire, schema));
      }
    }
  }

  /** The frames that were kept of a version, one a line in base 64. */
  static Path golden(SchemaRegistered schema) {
    return GOLDEN.resolve(schema.subject() + ".v" + schema.version() + ".txt");
  }

  /** The history's lines: id, subject, version, fingerprint. */
  static List<String> lines() throws IOException {
    return Files.readAllLines(SOURCE.resolve("ids.txt")).stream()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  /** What a line of the history says of a schema. */
  static String line(SchemaRegistered schema) {
    return "%d %s %d %s"
        .formatted(schema.id(), schema.subject(), schema.version(), fingerprint(schema.text()));
  }

  private static void appendSchema(Topic topic) throws IOException {
    List<SchemaRegistered> history = History.read();
    List<SchemaRegistered> versions =
        history.stream().filter(schema -> schema.subject().equals(topic.subject())).toList();
    String text =
        SchemaFormatter.format("json/pretty", Sources.of(topic.event().getSimpleName())) + "\n";
    if (!versions.isEmpty() && versions.getLast().text().equals(text)) {
      return;
    }
    SchemaRegistered next =
        new SchemaRegistered(history.size() + 1, topic.subject(), versions.size() + 1, text);
    for (Path folder : List.of(SOURCE, COMPILED)) {
      Files.writeString(folder.resolve(History.file(next.subject(), next.version())), text);
      Files.writeString(folder.resolve("ids.txt"), line(next) + "\n", StandardOpenOption.APPEND);
    }
  }

  private static List<String> frames(Wire wire, SchemaRegistered schema) {
    return Stream.of(Topic.values())
        .filter(topic -> topic.subject().equals(schema.subject()))
        .flatMap(topic -> Facts.all().filter(topic.event()::isInstance))
        .map(fact -> Base64.getEncoder().encodeToString(wire.encode(fact)))
        .toList();
  }

  private static String fingerprint(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
