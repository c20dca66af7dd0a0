package dev.errand.provisioner.images;

import dev.errand.sandbox.Engine;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.Progress;
import dev.errand.schemas.FailureCode;
import java.util.List;
import java.util.function.Consumer;

/** Which images may be used, and their presence on the engine. */
public final class Images {
  /**
   * Where an image comes from whose name does not say it. Source: the engine's reference grammar.
   */
  private static final String DEFAULT_REGISTRY = "docker.io";

  /** Ours: what is below it and not the default image is a snapshot of somebody's environment. */
  private static final String OWN = "errand/";

  private final Engine engine;
  private final List<String> registries;

  /**
   * @param registries empty allows all
   */
  public Images(Engine engine, List<String> registries) {
    this.engine = engine;
    this.registries = List.copyOf(registries);
  }

  /**
   * Has the image on the engine when it returns.
   *
   * @throws ErrandException IMAGE_REFUSED, IMAGE_NOT_FOUND, or as the engine fails
   */
  public void ensure(String image, Consumer<Progress> told) {
    admit(image, registries);
    if (engine.hasImage(image)) {
      return;
    }
    if (isDefault(image)) {
      throw new ErrandException(
          FailureCode.IMAGE_NOT_FOUND, "the default image has not been built on this node");
    }
    told.accept(new Progress.Noticed("pulling the image " + image));
    engine.pull(image);
  }

  /**
   * @throws ErrandException IMAGE_REFUSED
   */
  static void admit(String image, List<String> registries) {
    if (isDefault(image)) {
      return;
    }
    if (image.startsWith(OWN) || image.matches("(sha256:)?[0-9a-f]{12,64}")) {
      throw new ErrandException(
          FailureCode.IMAGE_REFUSED,
          "'%s' is not an image of a registry, but one that is made on this node".formatted(image));
    }
    if (!registries.isEmpty() && !registries.contains(registryOf(image))) {
      throw new ErrandException(
          FailureCode.IMAGE_REFUSED,
          "'%s' comes from %s; allowed are %s"
              .formatted(image, registryOf(image), String.join(", ", registries)));
    }
  }

  private static boolean isDefault(String image) {
    return image.equals(EnvironmentSpec.DEFAULT_IMAGE)
        || image.startsWith(EnvironmentSpec.DEFAULT_IMAGE + ":");
  }

  private static String registryOf(String image) {
    int slash = image.indexOf('/');
    String first = slash < 0 ? "" : image.substring(0, slash);
    boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
    return host ? first : DEFAULT_REGISTRY;
  }
}
