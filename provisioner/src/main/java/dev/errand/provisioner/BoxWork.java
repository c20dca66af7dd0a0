package dev.errand.provisioner;

import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSession;
import dev.errand.sandbox.BoxSession.OutputSink;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.RunId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** Phases in the box of a run. */
final class BoxWork {
  /** What a small question is answered with; the rest is not looked at. */
  private static final int MAX_ANSWER_BYTES = 64 * 1024;

  private static final Duration QUICK = Duration.ofSeconds(60);

  private final Boxes boxes;

  BoxWork(Boxes boxes) {
    this.boxes = boxes;
  }

  /**
   * @throws ErrandException BOX_LOST when there is none
   */
  Box of(RunId run) {
    return boxes
        .find(run)
        .orElseThrow(
            () -> new ErrandException(FailureCode.BOX_LOST, "the run's container is gone"));
  }

  /**
   * Runs the phase to its end, or joins it.
   *
   * @throws IOException when the output cannot be kept
   */
  PhaseResult run(Box box, PhaseSpec phase, OutputSink output)
      throws IOException, InterruptedException {
    try (BoxSession session = boxes.open(box)) {
      return session.run(phase, output);
    }
  }

  /**
   * Runs a script that only looks, and returns the first 64 KiB of what it printed. It has a new id
   * each time, because bytes that another process was told are not told again.
   */
  String ask(Box box, String what, String script) throws InterruptedException {
    PhaseSpec phase =
        new PhaseSpec(
            what + "-" + UUID.randomUUID(),
            PhaseSpec.Kind.SETUP,
            script,
            "/",
            Map.of(),
            Map.of(),
            null,
            QUICK);
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      run(
          box,
          phase,
          (offset, data) ->
              answer.write(data, 0, Math.min(data.length, MAX_ANSWER_BYTES - answer.size())));
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written to any disk", e);
    }
    return answer.toString(StandardCharsets.UTF_8);
  }
}
