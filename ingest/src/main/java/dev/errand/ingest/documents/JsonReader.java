package dev.errand.ingest.documents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one JSON document, nothing before or after it. */
final class JsonReader {
  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: [^;]*; line: ([0-9]+), column: ([0-9]+)]");

  private final JsonParser parser;
  private final TreeLimits limits = new TreeLimits();

  private JsonReader(JsonParser parser) {
    this.parser = parser;
  }

  static Node read(String text) throws MalformedException {
    JsonFactory factory =
        JsonFactory.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build();
    try (JsonParser parser = factory.createParser(text)) {
      JsonReader reader = new JsonReader(parser);
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new MalformedException(new Place(1, 1), "the document is empty");
      }
      Node root = reader.node(first, 0);
      if (parser.nextToken() != null) {
        throw new MalformedException(reader.place(), "there is something after the document");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new MalformedException(place(e.getLocation()), message(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("a string in memory cannot fail to be read", e);
    }
  }

  /** The parser's words, with a second place in them written as ours are. */
  private static String message(JsonProcessingException e) {
    String words = String.valueOf(e.getOriginalMessage());
    return SOURCE.matcher(words).replaceAll("line $1, column $2");
  }

  private Node node(@Nullable JsonToken token, int depth) throws IOException, MalformedException {
    Place place = place();
    limits.count(place, depth);
    if (token == JsonToken.START_OBJECT) {
      return new Node.Mapping(place, entries(depth));
    }
    if (token == JsonToken.START_ARRAY) {
      List<Node> items = new ArrayList<>();
      for (var next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
        items.add(node(next, depth + 1));
      }
      return new Node.Sequence(place, items);
    }
    return new Node.Scalar(place, style(token), parser.getText());
  }

  private Map<String, Node.Entry> entries(int depth) throws IOException, MalformedException {
    Map<String, Node.Entry> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Place keyPlace = place();
      String key = parser.currentName();
      Node value = node(parser.nextToken(), depth + 1);
      if (entries.put(key, new Node.Entry(keyPlace, value)) != null) {
        throw new MalformedException(keyPlace, "the key '%s' is there twice".formatted(key));
      }
    }
    return entries;
  }

  private static Node.Style style(@Nullable JsonToken token) {
    if (token == JsonToken.VALUE_STRING) {
      return Node.Style.QUOTED;
    }
    if (token == JsonToken.VALUE_NULL) {
      return Node.Style.NOTHING;
    }
    return token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE
        ? Node.Style.BOOLEAN
        : Node.Style.NUMBER;
  }

  private Place place() {
    return place(parser.currentTokenLocation());
  }

  private static Place place(@Nullable JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? new Place(1, 1)
        : new Place(location.getLineNr(), Math.max(1, location.getColumnNr()));
  }
}
