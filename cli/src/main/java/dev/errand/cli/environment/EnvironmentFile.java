package dev.errand.cli.environment;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.session.Session;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

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
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1); // a device or a pipe may have no end
      if (bytes.length > MAX_BYTES) {
        throw CommandFailure.usage(path + " is larger than " + MAX_BYTES / 1024 + " KiB", null);
      }
      return new EnvironmentFile(path, bytes);
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
    refuseOtherEncodings();
    try (JsonParser parser = new YAMLFactory().createParser(bytes)) {
      String id = null;
      parser.nextToken();
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw at(1, 1, "this is not an environment: it has no keys");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isId = "id".equals(parser.currentName());
        parser.nextToken();
        if (isId) {
          id = id(parser);
        }
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw here(parser, "a second document begins here");
      }
      if (id == null) {
        throw at(1, 1, "the key id is missing");
      }
      return id;
    } catch (JsonProcessingException e) {
      throw syntax(e);
    } catch (IOException e) {
      throw at(0, 0, firstLine(e.getMessage()));
    }
  }

  private void refuseOtherEncodings() {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer before = CharBuffer.allocate(bytes.length);
    if (StandardCharsets.UTF_8.newDecoder().decode(in, before, true).isError()) {
      throw behind(
          before.flip().toString(),
          "the byte 0x%02X is not UTF-8, and the file must be".formatted(in.get(in.position())));
    }
  }

  private String id(JsonParser parser) throws IOException {
    if (!parser.currentToken().isScalarValue()) {
      throw here(parser, "the id is no text");
    }
    String id = parser.getText();
    if (!EnvironmentLookup.isId(id)) {
      throw here(
          parser,
          "'%s' is no id of an environment: 1 to 40 of a-z, 0-9 and dashes between them"
              .formatted(id));
    }
    return id;
  }

  private CommandFailure here(JsonParser parser, String message) {
    JsonLocation place = parser.currentTokenLocation();
    return at(place.getLineNr(), place.getColumnNr(), message);
  }

  /** Says where and what in the parser's own words: what Jackson makes of them is not always so. */
  private CommandFailure syntax(JsonProcessingException failure) {
    if (failure.getCause() instanceof MarkedYAMLException marked) {
      Mark mark = marked.getProblemMark();
      Mark start = marked.getContextMark();
      String context = marked.getContext() == null ? "" : ", " + marked.getContext();
      String from =
          start == null || context.isEmpty()
              ? ""
              : " from line %d on".formatted(start.getLine() + 1);
      return at(mark.getLine() + 1, mark.getColumn() + 1, marked.getProblem() + context + from);
    }
    if (failure.getCause() instanceof ReaderException unreadable) {
      String before =
          new String(bytes, StandardCharsets.UTF_8).substring(0, unreadable.getPosition());
      return behind(
          before, "the character U+%04X is not allowed".formatted(unreadable.getCodePoint()));
    }
    JsonLocation place = failure.getLocation();
    return at(
        place == null ? 0 : place.getLineNr(),
        place == null ? 0 : place.getColumnNr(),
        firstLine(failure.getOriginalMessage()));
  }

  private CommandFailure behind(String before, String message) {
    return at(
        (int) before.chars().filter(c -> c == '\n').count() + 1,
        before.length() - before.lastIndexOf('\n'),
        message);
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
