package dev.errand.schemas.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;

/** The schemas as they are edited: one type a file, in the order of {@code order.txt}. */
final class Sources {
  static final Path FOLDER = Path.of("src/main/avro");

  private Sources() {}

  static Schema of(String type) {
    Schema.Parser parser = new Schema.Parser();
    try {
      for (String name : Files.readAllLines(FOLDER.resolve("order.txt"))) {
        if (!name.startsWith("#")) {
          parser.parse(Files.readString(FOLDER.resolve(name + ".avsc")));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Schema schema = parser.getTypes().get("dev.errand." + type);
    if (schema == null) {
      throw new IllegalArgumentException("no source for " + type);
    }
    return schema;
  }
}
