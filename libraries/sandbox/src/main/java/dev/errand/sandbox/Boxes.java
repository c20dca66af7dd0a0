package dev.errand.sandbox;

import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.RunId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** All boxes of one installation on one node. Thread-safe. */
public final class Boxes implements AutoCloseable {
  static final String RUNNER_INSIDE = "/errand/runner";
  static final String SOCKETS_INSIDE = "/errand/box";

  private final BoxesSettings settings;

  public Boxes(Engine engine, BoxesSettings settings) {
    this.settings = settings;
  }

  /** Ensures that the box exists and its runner waits; the same id again is the same box. */
  public Box create(BoxSpec spec) {
    return find(spec.id()).orElseThrow(Boxes::pending);
  }

  /**
   * Gives the box to a run. When another box has the run already, that one is returned, and the
   * caller removes its own.
   */
  public Box claim(Box box, RunId run) {
    return find(run).orElseThrow(Boxes::pending);
  }

  /** The box that the run has claimed, running or dead. */
  public Optional<Box> find(RunId run) {
    return all().stream().filter(box -> run.equals(box.run())).findFirst();
  }

  /** The box with this id, claimed or not, running or dead. */
  public Optional<Box> find(BoxId id) {
    return all().stream().filter(box -> id.equals(box.id())).findFirst();
  }

  /** Every box of this installation on this node, claimed or not, running or dead. */
  public List<Box> all() {
    return List.of();
  }

  /** Ensures that nothing is left of the box: container, anonymous volumes, folder, sockets. */
  public void remove(Box box) {
    if (find(box.id()).isPresent()) {
      throw pending();
    }
  }

  /**
   * Takes over the box's control channel: an earlier session of any process ends. BOX_LOST when the
   * container is dead, OUT_OF_MEMORY when its memory limit killed it.
   */
  public BoxSession open(Box box) throws InterruptedException {
    return find(box.id()).map(found -> new BoxSession()).orElseThrow(Boxes::pending);
  }

  /** Where a socket of this name is bound, on the host, so that the box's phases can reach it. */
  public Path socket(Box box, String name) {
    return settings.root().resolve(box.id().value()).resolve(name);
  }

  private static UnsupportedOperationException pending() {
    return new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
