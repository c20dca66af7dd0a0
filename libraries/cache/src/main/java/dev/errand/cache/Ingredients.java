package dev.errand.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.TaskSpec;
import dev.errand.schemas.ids.Fingerprint;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that shapes a prepared container, each part by its digest: two tasks with the same
 * ingredients may start from the same one. What is applied later does not count: the internet of
 * the agent's phase, the agent, limits.
 *
 * @param parts a part's name, as it is told to people, to 16 hexadecimal digits
 */
public record Ingredients(SortedMap<String, String> parts) {
  private static final int DIGITS = 16;

  public Ingredients {
    parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
  }

  /** As a fact carries them. */
  public static Ingredients of(Map<String, String> parts) {
    return new Ingredients(new TreeMap<>(parts));
  }

  /**
   * @param imageId the engine's id of the image: a name may mean another one tomorrow
   */
  public static Ingredients of(TaskSpec task, String imageId) {
    EnvironmentSpec environment = task.environment();
    SortedMap<String, String> parts = new TreeMap<>();
    parts.put("environment", digest(List.of(environment.id().value()))); // whose secrets they are
    parts.put("image", digest(List.of(imageId)));
    parts.put("repository", digest(List.of(environment.repository().value())));
    parts.put("branch", digest(List.of(String.valueOf(environment.branch()))));
    parts.put("setup script", digest(List.of(environment.setup())));
    parts.put("maintenance script", digest(List.of(environment.maintenance())));
    parts.put("variables", digest(environment.variables()));
    parts.put("secrets", digest(task.secretVersions())); // names and versions, never values
    parts.put("pins", digest(environment.pins()));
    parts.put("reset", digest(List.of(Integer.toString(environment.generation()))));
    return new Ingredients(parts);
  }

  public Fingerprint fingerprint() {
    return new Fingerprint(hex(lines(parts)));
  }

  /** The names of the parts that differ, in their order; empty when none does. */
  public List<String> differences(Ingredients other) {
    SortedMap<String, String> both = new TreeMap<>(parts);
    both.putAll(other.parts);
    List<String> different = new ArrayList<>();
    for (String name : both.keySet()) {
      if (!Objects.equals(parts.get(name), other.parts.get(name))) {
        different.add(name);
      }
    }
    return List.copyOf(different);
  }

  private static String digest(Map<?, ?> values) {
    SortedMap<String, String> sorted = new TreeMap<>();
    values.forEach((name, value) -> sorted.put(name.toString(), value.toString()));
    return digest(lines(sorted));
  }

  private static String digest(List<String> texts) {
    return hex(texts).substring(0, DIGITS);
  }

  private static List<String> lines(Map<String, String> sorted) {
    List<String> texts = new ArrayList<>();
    sorted.forEach(
        (name, value) -> {
          texts.add(name);
          texts.add(value);
        });
    return texts;
  }

  /** Each text with its length before it: no two lists are the same bytes. */
  private static String hex(List<String> texts) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (String text : texts) {
        byte[] bytes = text.getBytes(UTF_8);
        sha256.update((bytes.length + ":").getBytes(UTF_8));
        sha256.update(bytes);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
