package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.EventId;
import dev.errand.schemas.ids.RunId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The right to work on one fact, for as long as {@link Stage#process} runs. The machine renews it;
 * when it is lost, or the run ends, the stage's thread is interrupted. Safe for any thread.
 */
public interface Lease {
  /** The id of the fact that is worked on. */
  EventId input();

  /** The fact as its writer appended it, frame and all: what a signature covers. */
  byte[] value();

  /** A header of the fact's record, as text; empty when there is none. */
  Optional<String> header(String name);

  /**
   * The run's own folder on this node, kept until 24 h after its end: for durable notes and the raw
   * log. Files of the machine's there begin with the stage's name and a dot.
   */
  Path directory();

  /**
   * Says that the work may still have effects; to be called right before each one.
   *
   * @throws RunOverException when the run has ended or a newer one has replaced it
   */
  void check();

  /** Tells whoever watches, now; may be lost. At most 16 KiB; more is left out. */
  void progress(Event.Progress progress);

  /**
   * A piece of this stage's live output; may be lost, and is, above the live rate.
   *
   * @param offset of the first byte, from 0 at the stage's start
   */
  void log(long offset, byte[] data);

  /** A log that is durable now: travels with {@code attempts.ended} if this stage fails. */
  void recorded(Event.LogArtifact log);

  /**
   * The run has ended, a newer one has replaced it, or another node owns it: there is nothing to do
   * and to append. A stage that finds out by itself throws it too.
   */
  final class RunOverException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RunOverException(RunId run) {
      super(run + " is over, or another node's");
    }
  }
}
