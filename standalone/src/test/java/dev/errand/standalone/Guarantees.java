package dev.errand.standalone;

import static org.awaitility.Awaitility.await;

import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineSettings;
import dev.errand.sandbox.NoOrphans;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.AtMostOneRun;
import dev.errand.stage.EveryAttemptEnds;
import dev.errand.stage.EveryRequestEnds;
import dev.errand.stage.KafkaConnection;
import dev.errand.stage.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What holds after every system test, whatever was killed in it: judged by the topics from their
 * first offset on, by the engine and by the host. Made before anything runs, as some of it is a
 * comparison.
 */
final class Guarantees implements AutoCloseable {
  /** Boxes go right after their run's end, or with the reaper's next sweep. */
  private static final Duration QUIET = Duration.ofSeconds(90);

  private final DataFolder data;
  private final Engine engine;
  private final NoOrphans orphans;

  /**
   * @param environment where the engine is
   */
  Guarantees(Path root, Map<String, String> environment) {
    data = new DataFolder(root);
    new Installation(root).ensureFolders();
    engine = Engine.connect(EngineSettings.of(environment));
    orphans = new NoOrphans(engine, data.installation(), data.boxes());
  }

  /**
   * What is broken, in words, when things have had time to come to rest; to be asked while the
   * broker still lives.
   */
  List<String> violations(Collection<ProcessHandle> servers) {
    try {
      return await()
          .atMost(QUIET)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> broken(servers), List::isEmpty);
    } catch (ConditionTimeoutException e) {
      return broken(servers);
    }
  }

  private List<String> broken(Collection<ProcessHandle> servers) {
    List<String> broken = new ArrayList<>(orphans.violations());
    KafkaConnection connection = new DistantBroker.Address(data.kafkaClient()).read();
    List<Topics.Entry> facts = Topics.readAll(connection, Wire.shipped());
    EveryRequestEnds.violations(facts).forEach(task -> broken.add(task + " is not answered"));
    EveryAttemptEnds.violations(facts).forEach(run -> broken.add(run + " has no end"));
    broken.addAll(AtMostOneRun.violations(facts));
    Set<String> known = Leftovers.journalKeys(facts);
    broken.addAll(Leftovers.in(data, known));
    for (ProcessHandle server : servers) {
      broken.addAll(Leftovers.childrenOf(server));
      broken.addAll(Leftovers.socketsOf(server, data.boxes()));
    }
    return broken;
  }

  @Override
  public void close() {
    engine.close();
  }
}
