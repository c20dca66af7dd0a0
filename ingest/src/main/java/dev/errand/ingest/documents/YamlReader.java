package dev.errand.ingest.documents;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads one YAML 1.2 document; the one place that knows the YAML engine's tree. */
final class YamlReader {
  private static final Set<Tag> CORE_TAGS =
      Set.of(Tag.NULL, Tag.BOOL, Tag.INT, Tag.FLOAT, Tag.STR, Tag.SEQ, Tag.MAP);

  private final TreeLimits limits = new TreeLimits();

  private YamlReader() {}

  static Node read(String text) throws MalformedException {
    LoadSettings settings = LoadSettings.builder().setUseMarks(true).setLabel("document").build();
    Optional<org.snakeyaml.engine.v2.nodes.Node> root;
    try {
      root = new Compose(settings).composeString(text);
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      throw new MalformedException(place(mark), problem(e), e);
    } catch (YamlEngineException e) {
      throw new MalformedException(new Place(1, 1), "this is not YAML: " + e.getMessage(), e);
    }
    if (root.isEmpty()) {
      throw new MalformedException(new Place(1, 1), "the document is empty");
    }
    return new YamlReader().convert(root.get(), 0);
  }

  private Node convert(org.snakeyaml.engine.v2.nodes.Node node, int depth)
      throws MalformedException {
    Place place = place(node.getStartMark());
    limits.count(place, depth);
    if (!CORE_TAGS.contains(node.getTag())) {
      throw new MalformedException(place, "the tag %s is not used here".formatted(node.getTag()));
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar, place);
    }
    if (node instanceof SequenceNode sequence) {
      List<Node> items = new ArrayList<>();
      for (var item : sequence.getValue()) {
        items.add(convert(item, depth + 1));
      }
      return new Node.Sequence(place, items);
    }
    if (node instanceof MappingNode mapping) {
      return new Node.Mapping(place, entries(mapping, depth));
    }
    throw new MalformedException(place, "an alias refers to nothing");
  }

  private Map<String, Node.Entry> entries(MappingNode mapping, int depth)
      throws MalformedException {
    Map<String, Node.Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Place keyPlace = place(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new MalformedException(keyPlace, "a key must be a text");
      }
      Node value = convert(tuple.getValueNode(), depth + 1);
      if (entries.put(key.getValue(), new Node.Entry(keyPlace, value)) != null) {
        throw new MalformedException(
            keyPlace, "the key '%s' is there twice".formatted(key.getValue()));
      }
    }
    return entries;
  }

  private static Node.Scalar scalar(ScalarNode scalar, Place place) {
    if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
      return new Node.Scalar(place, Node.Style.QUOTED, scalar.getValue());
    }
    boolean nothing = scalar.getTag().equals(Tag.NULL);
    return new Node.Scalar(
        place, nothing ? Node.Style.NOTHING : Node.Style.PLAIN, scalar.getValue());
  }

  private static String problem(MarkedYamlEngineException e) {
    String problem = e.getProblem() == null ? "this is not YAML" : e.getProblem();
    return e.getContext() == null ? problem : e.getContext() + ": " + problem;
  }

  private static Place place(Optional<Mark> mark) {
    return mark.map(m -> new Place(m.getLine() + 1, m.getColumn() + 1)).orElse(new Place(1, 1));
  }
}
