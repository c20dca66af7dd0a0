package dev.errand.cli.environment;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.session.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An environment's document as it lies in a file: only its syntax and its id are read here, the
 * server judges the rest.
 *
 * @param name what messages call it
 */
@SuppressWarnings("ArrayRecordComponent") // read once and passed on, never compared
record EnvironmentFile(String name, byte[] bytes) {
  /** Scripts have at most 128 KiB together. */
  private static final int MAX_BYTES = 1024 * 1024;

  /** From a path, or from standard input when it is -. */
  static EnvironmentFile read(String path, Session session) {
    if (path.equals("-")) {
      return new EnvironmentFile("standard input", session.input(MAX_BYTES, "the environment"));
    }
    Path file = session.surroundings().directory().resolve(path);
    try {
      if (Files.isRegularFile(file) && Files.size(file) > MAX_BYTES) {
        throw CommandFailure.usage(path + " is larger than " + MAX_BYTES / 1024 + " KiB", null);
      }
      return new EnvironmentFile(path, Files.readAllBytes(file));
    } catch (IOException e) {
      throw CommandFailure.usage("cannot read " + path, "give an existing file with -f, or -");
    }
  }

  String contentType() {
    return name.endsWith(".json") ? "application/json" : "application/yaml";
  }

  /**
   * The id on the document's top level.
   *
   * @throws CommandFailure (USAGE) with line and column when it is not YAML or has no id
   */
  String id() {
    try (JsonParser parser = new YAMLFactory().createParser(bytes)) {
      String id = null;
      parser.nextToken();
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw at(1, 1, "this is not an environment: it has no keys");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isId = "id".equals(parser.currentName());
        JsonToken value = parser.nextToken();
        if (isId && value != null && value.isScalarValue()) {
          id = parser.getText();
        }
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        JsonLocation place = parser.currentTokenLocation();
        throw at(place.getLineNr(), place.getColumnNr(), "a second document begins here");
      }
      if (id == null || id.isBlank()) {
        throw at(1, 1, "the key id is missing");
      }
      return id;
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      throw at(
          place == null ? 0 : place.getLineNr(),
          place == null ? 0 : place.getColumnNr(),
          firstLine(e.getOriginalMessage()));
    } catch (IOException e) {
      throw at(0, 0, firstLine(e.getMessage()));
    }
  }

  /** A message with its place as editors and terminals understand it: FILE:LINE:COLUMN. */
  CommandFailure at(int line, int column, String message) {
    String place = line > 0 ? name + ":" + line + ":" + Math.max(1, column) : name;
    return CommandFailure.usage(
        place + ": " + message, "correct the file at this place and apply it again");
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
  }
}
