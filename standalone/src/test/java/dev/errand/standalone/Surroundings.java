package dev.errand.standalone;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a test does to the machine around a deployment. */
interface Surroundings {
  /** Called when there is a data folder and nothing in it. */
  default void before(Path data) {}

  /** Called when the folders are as the processes will find them. */
  default void handOver(Path data, Path temporary) {}

  /** How a process is started that would else be started so. */
  default List<String> started(List<String> command) {
    return command;
  }

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
      public void handOver(Path data, Path temporary) {
        outer.handOver(data, temporary);
        inner.handOver(data, temporary);
      }

      @Override
      public List<String> started(List<String> command) {
        return outer.started(inner.started(command));
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
