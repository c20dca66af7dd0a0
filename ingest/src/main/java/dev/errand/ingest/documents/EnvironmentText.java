package dev.errand.ingest.documents;

import dev.errand.schemas.EnvironmentSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes an environment as the document that would define it; reading it gives the same. */
public final class EnvironmentText {
  private EnvironmentText() {}

  /** The document's keys in the order of the manual; what is empty is left out. */
  public static Map<String, Object> document(EnvironmentDefinition definition) {
    EnvironmentSpec spec = definition.spec();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("id", spec.id().value());
    if (spec.label() != null) {
      document.put("label", spec.label());
    }
    document.put("repository", spec.repository().value());
    if (spec.branch() != null) {
      document.put("branch", spec.branch().value());
    }
    document.put("image", spec.image());
    putUnlessEmpty(document, "pins", new TreeMap<>(spec.pins()));
    document.put("setup", spec.setup());
    putUnlessEmpty(document, "maintenance", spec.maintenance());
    putUnlessEmpty(document, "verify", spec.verify());
    putUnlessEmpty(document, "variables", new TreeMap<>(spec.variables()));
    putUnlessEmpty(document, "secrets", texts(spec.secrets()));
    putUnlessEmpty(document, "trustedRefs", texts(spec.trustedRefs()));
    putUnlessEmpty(document, "members", texts(definition.members().stream().sorted().toList()));
    document.put("internet", internet(spec.internet()));
    document.put("agent", Choices.text(spec.agent()));
    document.put("limits", limits(spec.limits()));
    return document;
  }

  /** The same as YAML. */
  public static String yaml(EnvironmentDefinition definition) {
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setIndent(2).build();
    return new Dump(settings).dumpToString(document(definition));
  }

  private static Map<String, Object> internet(EnvironmentSpec.Internet internet) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("agent", Choices.text(internet.agent()));
    putUnlessEmpty(document, "domains", internet.domains());
    putUnlessEmpty(document, "methods", internet.methods());
    return document;
  }

  private static Map<String, Object> limits(EnvironmentSpec.Limits limits) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("cpus", limits.cpus());
    document.put("memory", Sizes.text(limits.memoryBytes()));
    document.put("disk", Sizes.text(limits.diskBytes()));
    document.put("setup", Durations.text(limits.setup()));
    document.put("agent", Durations.text(limits.agent()));
    return document;
  }

  private static List<String> texts(List<?> values) {
    return values.stream().map(Object::toString).toList();
  }

  private static void putUnlessEmpty(Map<String, Object> document, String key, Object value) {
    boolean empty =
        switch (value) {
          case String text -> text.isEmpty();
          case List<?> list -> list.isEmpty();
          case Map<?, ?> map -> map.isEmpty();
          default -> false;
        };
    if (!empty) {
      document.put(key, value);
    }
  }
}
