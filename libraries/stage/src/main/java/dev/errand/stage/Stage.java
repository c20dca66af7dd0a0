package dev.errand.stage;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import java.util.Optional;

/**
 * One box of the pipeline: takes a fact, does the work, makes the next fact.
 *
 * <pre>
 *            draw            process            journal          append          accept
 *   input ---------> job ---------------> fact ---------> bytes -------> output -------> gone
 *     ^               |  kill -9, lost lease, shutdown, at any point                      from
 *     +---------------+  the same input again, here or elsewhere                          input
 * </pre>
 *
 * <p>A stage is written as if nothing could go wrong, with one duty: <b>it may be called again for
 * the same fact, and must then find what the last call did and go on from there.</b> So every
 * effect has a name that the engine or the file system makes unique (a container's name, a file
 * made with O_EXCL), and is looked for before it is made. The machine does the rest: {@link
 * StageRunner} says how.
 *
 * <p>What follows when {@code process}
 *
 * <ul>
 *   <li><b>returns</b>: the fact is kept in the journal, appended and the input accepted, in this
 *       order; whoever repeats it appends the same bytes. Nothing is appended when the run has
 *       ended meanwhile.
 *   <li><b>throws {@link ErrandException}</b>: {@link dev.errand.schemas.Verdict} decides; in the
 *       end the run is ended with the failure's code.
 *   <li><b>throws anything else</b>: a mistake of ours; dead letter, and the run is ended with BUG.
 *   <li><b>is interrupted</b>: it means "stop watching", never "stop working": the run may go on
 *       without this thread, and another call joins it. Leave quickly with the {@link
 *       InterruptedException}, undo nothing.
 *   <li><b>does not return within {@link StageSpec#timeout()}</b>: interrupted, and the run is
 *       ended with STAGE_TIMED_OUT.
 * </ul>
 *
 * @param <I> the fact that it takes
 * @param <O> the fact that it makes
 */
public interface Stage<I extends Event, O extends Event> {
  /** What it takes and makes, and how much of it at once; the same at every call. */
  StageSpec<I, O> spec();

  /**
   * Does the work, on a virtual thread of its own; calls for different facts run side by side.
   *
   * @throws InterruptedException when it is to stop watching
   * @throws ErrandException with the reason for which there is no next fact
   */
  O process(I fact, Lease lease) throws InterruptedException;

  /**
   * What a fact that belongs to no run becomes when it has failed, as there is no run to end;
   * nothing by default.
   */
  default Optional<O> refused(I fact, Failure failure) {
    return Optional.empty();
  }
}
