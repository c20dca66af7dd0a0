package dev.errand.diffcollector;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.artifacts.LogTail;
import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSession;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.AgentExecuted;
import dev.errand.schemas.Event.AttemptEnded;
import dev.errand.schemas.Event.Outcome;
import dev.errand.schemas.Event.Patch;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.Digest;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.Lease;
import dev.errand.stage.Stage;
import dev.errand.stage.StageSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes an attempt's diff and ends the attempt with it: presented, or failed with what the agent
 * left when it ended with an error.
 *
 * <p>USER failures: DIFF_TOO_LARGE, DIFF_INVALID, AGENT_FAILED.
 */
public final class CollectDiffStage implements Stage<AgentExecuted, AttemptEnded> {
  public static final StageName NAME = new StageName("diff");
  private static final int MAX_COMPLAINT_BYTES = 16 * 1024;

  private final Boxes boxes;
  private final ArtifactStore artifacts;
  private final DiffCollectorSettings settings;
  private final String script;

  public CollectDiffStage(Boxes boxes, ArtifactStore artifacts, DiffCollectorSettings settings) {
    this.boxes = boxes;
    this.artifacts = artifacts;
    this.settings = settings;
    this.script = Scripts.read("diff.sh");
  }

  @Override
  public StageSpec<AgentExecuted, AttemptEnded> spec() {
    return new StageSpec<>(
        NAME,
        Topic.EXECUTED,
        Topic.ATTEMPTS_ENDED,
        AgentExecuted.class,
        settings.slots(),
        settings.timeout().multipliedBy(2));
  }

  @Override
  public AttemptEnded process(AgentExecuted fact, Lease lease) throws InterruptedException {
    Path spooled = lease.directory().resolve("patch");
    try {
      makePatch(fact, lease, spooled);
      Patch patch = keep(fact, spooled);
      return new AttemptEnded(fact.run(), fact.node(), NAME, outcome(fact, patch), fact.logs());
    } catch (IOException e) {
      throw new ErrandException(FailureCode.DISK_FULL, "the diff cannot be stored: " + e, e);
    }
  }

  private void makePatch(AgentExecuted fact, Lease lease, Path spooled)
      throws IOException, InterruptedException {
    Box box =
        boxes
            .find(fact.run())
            .orElseThrow(() -> new ErrandException(FailureCode.BOX_LOST, "the run's box is gone"));
    PhaseResult result;
    boolean tooLarge;
    lease.check();
    try (PatchSpool spool = PatchSpool.open(spooled, settings.maxPatchBytes());
        BoxSession session = boxes.open(box)) {
      result = session.run(phase(fact), spool);
      tooLarge = spool.isTooLarge();
    }
    if (tooLarge) {
      throw new ErrandException(
          FailureCode.DIFF_TOO_LARGE,
          "the diff is larger than %d bytes".formatted(settings.maxPatchBytes()));
    }
    if (result.timedOut()) {
      throw new ErrandException(
          FailureCode.DIFF_TOO_LARGE,
          "git needed longer than %d s for the diff".formatted(settings.timeout().toSeconds()));
    }
    if (result.exitCode() != 0) {
      throw new ErrandException(
          new Failure(FailureCode.DIFF_INVALID, "git made no diff", complaints(spooled)), null);
    }
  }

  private PhaseSpec phase(AgentExecuted fact) {
    String folder = fact.spec().environment().repository().folder();
    return new PhaseSpec(
        "diff." + fact.run().turn(),
        PhaseSpec.Kind.DIFF,
        script,
        "/",
        Map.of("BASE", fact.spec().commit().value(), "WORKTREE", "/workspace/" + folder),
        Map.of(),
        null,
        settings.timeout());
  }

  private Patch keep(AgentExecuted fact, Path spooled) throws IOException {
    PatchSummary summary;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(spooled), StandardCharsets.ISO_8859_1))) {
      summary = new PatchParser(reader).parse();
    } catch (MalformedPatchException e) {
      throw new ErrandException(FailureCode.DIFF_INVALID, e.getMessage() + "", e);
    }
    Digest digest;
    try (InputStream patch = Files.newInputStream(spooled)) {
      digest = artifacts.put(patch);
    }
    return new Patch(
        fact.spec().commit(),
        digest,
        Files.size(spooled),
        summary.files(),
        summary.linesAdded(),
        summary.linesRemoved(),
        inline(spooled));
  }

  private static @Nullable String inline(Path spooled) throws IOException {
    if (Files.size(spooled) > Patch.MAX_INLINE_BYTES) {
      return null;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(spooled));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      return null; // the file's encoding is another: the artifact has its bytes
    }
  }

  private Outcome outcome(AgentExecuted fact, Patch patch) throws IOException {
    if (fact.exitCode() == 0) {
      return new Outcome.Presented(patch);
    }
    String message = "the agent ended with exit code " + fact.exitCode();
    List<String> lines = LogTail.of(artifacts, fact.logs());
    return new Outcome.Failed(new Failure(FailureCode.AGENT_FAILED, message, lines), patch);
  }

  private static List<String> complaints(Path spooled) throws IOException {
    try (InputStream output = Files.newInputStream(spooled)) {
      byte[] bytes = output.readNBytes(MAX_COMPLAINT_BYTES);
      String text = new String(bytes, StandardCharsets.UTF_8).replaceAll("[\\p{Cc}&&[^\\n]]", "?");
      return text.lines().toList();
    }
  }
}
