package dev.errand.standalone;

import dev.errand.standalone.ServerSettings.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The running parts of a deployment, which a test starts, kills and ends. */
interface Servers {
  /** Starts all of them and does not wait. */
  void launchAll();

  /** Starts again what was killed, all these together, and does not wait. */
  void launch(Set<Service> together);

  /** SIGKILL to what runs the service: no handler, no goodbye. Returns when it has ended. */
  void kill(Service service);

  /** SIGTERM to what runs the service, which ends in order. Returns when it has. */
  void stop(Service service);

  boolean isAlive(Service service);

  /** Returns when what died with the engine, which runs again, does its work again. */
  default void awaitBack() {}

  /** What has ended although nobody killed it, and what it said. */
  Optional<String> fallen();

  /** Which process of this machine runs which service. */
  Map<Service, ProcessHandle> processes();

  /** What was said by whatever runs the service. */
  String logOf(Service service);

  /** Asks all to end, the broker last, and removes them; says what did not go by itself. */
  List<String> end();
}
