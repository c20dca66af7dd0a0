package dev.errand.ingest.documents;

import java.util.List;
import java.util.Map;

/** A document's tree, the same for YAML and JSON; every part knows where it stands. */
sealed interface Node {
  Place place();

  /** How the article and noun of this kind of part read in a sentence. */
  String noun();

  /** A single value, not yet read as anything. */
  record Scalar(Place place, Style style, String text) implements Node {
    @Override
    public String noun() {
      return switch (style) {
        case QUOTED, PLAIN -> "a text";
        case NUMBER -> "a number";
        case BOOLEAN -> "a boolean";
        case NOTHING -> "nothing";
      };
    }
  }

  /** A list. */
  record Sequence(Place place, List<Node> items) implements Node {
    @Override
    public String noun() {
      return "a list";
    }
  }

  /** Keys with values, in the order of the text, no key twice. */
  record Mapping(Place place, Map<String, Entry> entries) implements Node {
    @Override
    public String noun() {
      return "a mapping";
    }
  }

  record Entry(Place keyPlace, Node value) {}

  /** How a scalar was written, which limits what it may be read as. */
  enum Style {
    /** A string of JSON, or a YAML scalar in quotes or a block: always a text. */
    QUOTED,
    /** A YAML scalar without quotes: what it is depends on what is due, so off and 3.10 stay. */
    PLAIN,
    /** A number of JSON. */
    NUMBER,
    /** true or false of JSON. */
    BOOLEAN,
    /** null, or a YAML value that was left out. */
    NOTHING
  }
}
