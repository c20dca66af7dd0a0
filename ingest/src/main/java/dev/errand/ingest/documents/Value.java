package dev.errand.ingest.documents;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A value of a document on its way to being something: each reading either succeeds or is refused
 * with the value's path, line and column. Immutable.
 */
public final class Value {
  private final Node node;
  private final String path;
  private final FailureCode code;

  Value(Node node, String path, FailureCode code) {
    this.node = node;
    this.path = path;
    this.code = code;
  }

  /**
   * The root of a document.
   *
   * @param code what every refusal of this document is called
   * @throws ErrandException with that code when the bytes are no such document
   */
  public static Value parse(byte[] bytes, Syntax syntax, FailureCode code) {
    try {
      String text = decoded(bytes);
      Node root =
          switch (syntax) {
            case JSON -> JsonReader.read(text);
            case YAML -> YamlReader.read(text);
          };
      return new Value(root, "", code);
    } catch (MalformedException e) {
      throw new ErrandException(code, e.place() + ": " + e.getMessage(), e);
    }
  }

  private static String decoded(byte[] bytes) throws MalformedException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new MalformedException(new Place(1, 1), "this is not UTF-8", e);
    }
  }

  /** A refusal of this value: where it stands, what it is called, and why. */
  public ErrandException refused(String why) {
    return refused(node.place(), why);
  }

  ErrandException refused(Place place, String why) {
    String subject = path.isEmpty() ? "" : path + ": ";
    return new ErrandException(code, place + ": " + subject + why);
  }

  /** Whether it is null, or a key without a value. */
  boolean isNothing() {
    return node instanceof Node.Scalar scalar && scalar.style() == Node.Style.NOTHING;
  }

  /** As a text; in YAML whatever stands there without quotes is one too, so 3.10 stays 3.10. */
  public String text() {
    if (node instanceof Node.Scalar scalar) {
      if (scalar.style() == Node.Style.QUOTED || scalar.style() == Node.Style.PLAIN) {
        return scalar.text();
      }
    }
    throw refused("a text is due, this is %s%s".formatted(node.noun(), quotingAdvice()));
  }

  private String quotingAdvice() {
    return node instanceof Node.Scalar scalar && scalar.style() != Node.Style.NOTHING
        ? "; put it in quotes"
        : "";
  }

  /** As a text that a type's own grammar takes, or refused with the type's own message. */
  public <T> T as(Function<String, T> type) {
    String text = text();
    try {
      return type.apply(text);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /** As what stands there without quotes, or in them: for sizes, which are both. */
  public String textOrNumber() {
    return node instanceof Node.Scalar scalar && scalar.style() == Node.Style.NUMBER
        ? scalar.text()
        : text();
  }

  /** As a whole number within both bounds. */
  public int integer(int min, int max) {
    BigDecimal number = number();
    if (number.stripTrailingZeros().scale() > 0
        || number.compareTo(BigDecimal.valueOf(min)) < 0
        || number.compareTo(BigDecimal.valueOf(max)) > 0) {
      throw refused("%s is not a whole number of %d to %d".formatted(number, min, max));
    }
    return number.intValue();
  }

  /** As a number within both bounds. */
  public double decimal(double min, double max) {
    double number = number().doubleValue();
    if (number < min || number > max) {
      throw refused("%s is outside %s to %s".formatted(number, min, max));
    }
    return number;
  }

  private BigDecimal number() {
    if (node instanceof Node.Scalar scalar
        && (scalar.style() == Node.Style.NUMBER || scalar.style() == Node.Style.PLAIN)
        && scalar.text().length() <= MAX_DIGITS) {
      try {
        return new BigDecimal(scalar.text());
      } catch (NumberFormatException e) {
        throw refused("a number is due, this is '%s'".formatted(scalar.text()));
      }
    }
    throw refused("a number is due, this is %s".formatted(node.noun()));
  }

  /** As a list; refused when it has more items. */
  public List<Value> list(int maxItems) {
    if (!(node instanceof Node.Sequence sequence)) {
      throw refused("a list is due, this is %s".formatted(node.noun()));
    }
    if (sequence.items().size() > maxItems) {
      throw refused("there are more than %d items".formatted(maxItems));
    }
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      values.add(new Value(sequence.items().get(i), path + "[" + i + "]", code));
    }
    return values;
  }

  /** As keys and values, any keys. */
  public Fields fields() {
    if (!(node instanceof Node.Mapping mapping)) {
      throw refused("keys and values are due, this is %s".formatted(node.noun()));
    }
    return new Fields(this, mapping, path, code);
  }

  /** As keys and values, these keys only; an unknown one is refused with the one it may mean. */
  public Fields fields(String... known) {
    return fields().onlyOf(List.of(known));
  }

  /** More digits than any number of ours has, and too few to be work to parse. */
  private static final int MAX_DIGITS = 40;
}
