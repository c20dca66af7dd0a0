package dev.errand.cli.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON documents as trees: a field that is missing, null or of another type reads as absent. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /**
   * @throws IOException when the bytes are not one JSON document
   */
  public static JsonNode read(byte[] bytes) throws IOException {
    JsonNode node = MAPPER.readTree(bytes);
    if (node == null || node.isMissingNode()) {
      throw new IOException("an empty answer where JSON is due");
    }
    return node;
  }

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array(Iterable<String> texts) {
    ArrayNode array = MAPPER.createArrayNode();
    texts.forEach(array::add);
    return array;
  }

  /** One line. */
  public static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // a tree can always be written
    }
  }

  /** The text of a field, or "". */
  public static String string(JsonNode node, String field) {
    String text = stringOrNull(node, field);
    return text == null ? "" : text;
  }

  public static @Nullable String stringOrNull(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value == null || !value.isValueNode() || value.isNull() ? null : value.asText();
  }

  /** The number of a field, or 0. */
  public static long number(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value == null ? 0 : value.asLong();
  }

  /** The elements of an array or of an array field; none when there is no array. */
  public static List<JsonNode> list(@Nullable JsonNode node) {
    List<JsonNode> all = new ArrayList<>();
    if (node != null && node.isArray()) {
      node.forEach(all::add);
    }
    return all;
  }
}
