package dev.errand.diffcollector;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.artifacts.DiskFailure;
import dev.errand.artifacts.LogTail;
import dev.errand.artifacts.Spool;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSession;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.PhaseResult;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.FailureKind;
import dev.errand.schemas.Patch;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes an attempt's diff and ends the run with it: presented, or failed with what there is when
 * the agent ended with an error. The diff is a phase of the box, named by the turn, so it is made
 * once; it comes over the control channel into the run's journal, where it is checked.
 *
 * <p>USER failures: DIFF_TOO_LARGE, DIFF_INVALID, AGENT_FAILED.
 */
public final class CollectDiffStage implements Stage<Event.AgentExecuted, Event.AttemptEnded> {
  public static final StageName NAME = new StageName("diff");

  private final Boxes boxes;
  private final ArtifactStore artifacts;
  private final DiffCollectorSettings settings;
  private final DiffPhase phase;

  public CollectDiffStage(Boxes boxes, ArtifactStore artifacts, DiffCollectorSettings settings) {
    this.boxes = boxes;
    this.artifacts = artifacts;
    this.settings = settings;
    this.phase = new DiffPhase(settings);
  }

  @Override
  public StageSpec<Event.AgentExecuted, Event.AttemptEnded> spec() {
    return new StageSpec<>(
        NAME,
        Topic.EXECUTED,
        Topic.ATTEMPTS_ENDED,
        Event.AgentExecuted.class,
        settings.slots(),
        settings.timeout().multipliedBy(2)); // git's time, and as much for the host's checks
  }

  @Override
  public Event.AttemptEnded process(Event.AgentExecuted fact, Lease lease)
      throws InterruptedException {
    Path file = lease.directory().resolve("patch-" + fact.run().turn());
    try {
      Event.Outcome outcome =
          fact.exitCode() == 0
              ? new Event.Outcome.Presented(collect(fact, lease, file))
              : failed(fact, lease, file);
      return new Event.AttemptEnded(fact.run(), fact.node(), NAME, outcome, fact.logs());
    } catch (IOException e) {
      throw DiskFailure.of("keep the diff", e);
    }
  }

  /** What the agent left is worth having; when it makes no diff, the agent's error still counts. */
  private Event.Outcome failed(Event.AgentExecuted fact, Lease lease, Path file)
      throws IOException, InterruptedException {
    String message = "the agent ended with exit code " + fact.exitCode();
    List<String> lines = LogTail.of(artifacts, fact.logs());
    try {
      Patch patch = collect(fact, lease, file);
      return new Event.Outcome.Failed(new Failure(FailureCode.AGENT_FAILED, message, lines), patch);
    } catch (ErrandException e) {
      if (e.code().kind() != FailureKind.USER) {
        throw e;
      }
      String both = "%s, and there is no diff: %s".formatted(message, e.failure().message());
      return new Event.Outcome.Failed(new Failure(FailureCode.AGENT_FAILED, both, lines), null);
    }
  }

  private Patch collect(Event.AgentExecuted fact, Lease lease, Path file)
      throws IOException, InterruptedException {
    PhaseResult result = watch(fact, lease, file);
    phase.check(result, file);
    PatchFile patch = PatchFile.read(file, settings.maxFiles());
    if (patch.submodules() > 0) {
      tell(lease, "Changes inside of submodules are not part of the diff.");
    }
    if (patch.nestedRepositories() > 0) {
      tell(lease, "Repositories inside of the work tree are part of the diff as plain files.");
    }
    return patch.store(artifacts, fact.spec().commit());
  }

  /** Starts the phase or joins it, and waits for its end; the file then has its whole output. */
  private PhaseResult watch(Event.AgentExecuted fact, Lease lease, Path file)
      throws IOException, InterruptedException {
    Box box =
        boxes
            .find(fact.run())
            .filter(found -> found.id().equals(fact.box()))
            .orElseThrow(
                () ->
                    new ErrandException(
                        FailureCode.BOX_LOST, "the run's box %s is gone".formatted(fact.box())));
    lease.check();
    try (Spool spool = Spool.open(file, phase.maxOutputBytes(), artifacts.reserve());
        BoxSession session = boxes.open(box)) {
      return session.run(phase.spec(fact), spool::write);
    }
  }

  private static void tell(Lease lease, String text) {
    lease.progress(new Event.Progress.Noticed(text));
  }
}
