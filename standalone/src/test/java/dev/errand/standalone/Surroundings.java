package dev.errand.standalone;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What a test does to the machine around a deployment. */
interface Surroundings {
  /** Called when there is a data folder and nothing in it. */
  default void before(Path data) {}

  /** What the processes find in their environment beside the machine's own variables. */
  default Map<String, String> environment() {
    return Map.of();
  }

  /** Where a test itself finds the engine that runs the boxes, however the deployment does. */
  default Map<String, String> engine() {
    return System.getenv();
  }

  /** Called when every process has ended and the folder is about to go. */
  default void after(Path data) {}

  /** This, and inside of it another. */
  default Surroundings and(Surroundings inner) {
    Surroundings outer = this;
    return new Surroundings() {
      @Override
      public void before(Path data) {
        outer.before(data);
        inner.before(data);
      }

      @Override
      public Map<String, String> environment() {
        Map<String, String> both = new HashMap<>(outer.environment());
        both.putAll(inner.environment());
        return both;
      }

      @Override
      public Map<String, String> engine() {
        return inner.engine();
      }

      @Override
      public void after(Path data) {
        inner.after(data);
        outer.after(data);
      }
    };
  }
}
