package dev.errand.sandbox;

/** The container engine. Thread-safe. */
public final class Engine implements AutoCloseable {
  private Engine() {}

  /** Connects and asks for the version; ENGINE_UNAVAILABLE when nothing answers. */
  public static Engine connect(EngineSettings settings) {
    throw new UnsupportedOperationException(settings.toString());
  }

  /** What the engine says about itself. */
  public EngineInfo info() {
    throw new UnsupportedOperationException();
  }

  /** Whether the image is on the engine, by name or id. */
  public boolean hasImage(String image) {
    throw new UnsupportedOperationException(image);
  }

  /** Fetches an image; IMAGE_NOT_FOUND when its registry does not have it. */
  public void pull(String image) {
    throw new UnsupportedOperationException(image);
  }

  @Override
  public void close() {}
}
