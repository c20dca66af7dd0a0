package dev.errand.stage;

import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.journal.Sweeper;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What all stages of a process share.
 *
 * @param data the node's folder of journals, {@code attempts/<run>/} below it; the same after a
 *     restart
 * @param ledger may still be catching up: stages draw nothing before it has
 * @param probe is told of every step
 */
public record StageHost(
    KafkaConnection connection,
    Wire wire,
    NodeName node,
    Path data,
    FactWriter writer,
    Ledger ledger,
    InstantSource clock,
    OpenTelemetry telemetry,
    MachineSettings settings,
    Probe probe) {
  public StageHost(
      KafkaConnection connection,
      Wire wire,
      NodeName node,
      Path data,
      FactWriter writer,
      Ledger ledger,
      InstantSource clock,
      OpenTelemetry telemetry,
      MachineSettings settings) {
    this(connection, wire, node, data, writer, ledger, clock, telemetry, settings, Probe.NOWHERE);
  }

  /**
   * Removes what the stages left for themselves in the folder of a run that is over: raw logs and
   * patches, by now in the artifact store or of no use. What late redeliveries look for stays.
   */
  public void discardNotes(RunId run) {
    Sweeper.lighten(data.resolve(StageRunner.JOURNALS).resolve(run.toString()));
  }

  /** The points between which a crash must lose nothing and repeat nothing. */
  public enum Step {
    DRAWN,
    WORKED,
    JOURNALED,
    APPENDED,
    /** The broker does not know yet that the input is done. */
    BEFORE_ACCEPT,
    /** The lock's renewal is not yet confirmed. */
    RENEWING
  }

  /** Is told of every step, on the thread that makes it; a test ends the process there. */
  public interface Probe {
    Probe NOWHERE = (stage, step) -> {};

    void at(StageName stage, Step step);
  }
}
