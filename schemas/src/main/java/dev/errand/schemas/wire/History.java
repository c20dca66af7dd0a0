package dev.errand.schemas.wire;

import dev.errand.schemas.Event.SchemaRegistered;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Every schema that any release has written with, under the id that its frames carry. Lines are
 * appended to {@code history/ids.txt} and never changed: a frame of any age stays readable.
 */
final class History {
  private static final String FOLDER = "history/";

  private History() {}

  /** All versions of all subjects, by id. */
  static List<SchemaRegistered> read() {
    List<SchemaRegistered> schemas = new ArrayList<>();
    for (String line : resource("ids.txt").lines().toList()) {
      if (line.startsWith("#") || line.isBlank()) {
        continue;
      }
      String[] parts = line.split(" ");
      int id = Integer.parseInt(parts[0]);
      int version = Integer.parseInt(parts[2]);
      schemas.add(new SchemaRegistered(id, parts[1], version, resource(file(parts[1], version))));
    }
    return List.copyOf(schemas);
  }

  static String file(String subject, int version) {
    return subject + ".v" + version + ".avsc";
  }

  private static String resource(String name) {
    try (InputStream stream = History.class.getResourceAsStream(FOLDER + name)) {
      if (stream == null) {
        throw new IllegalStateException("the history names a file that is not shipped: " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
