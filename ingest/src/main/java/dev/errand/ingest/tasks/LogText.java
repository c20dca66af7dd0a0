package dev.errand.ingest.tasks;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event.AttemptLogged;
import dev.errand.schemas.Event.LogArtifact;
import dev.errand.schemas.Event.OfRun;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.StageName;
import dev.errand.stage.LogReader;
import dev.errand.views.AttemptView;
import dev.errand.views.TaskView;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * A task's whole output as text: of stages that have ended from the artifact store, of the one at
 * work what was live so far.
 */
public final class LogText {
  /** In the order of the pipeline; a stage that is not here comes last, by name. */
  private static final List<String> ORDER =
      List.of("container", "checkout", "setup", "agent", "diff");

  private static final Duration POLL = Duration.ofMillis(500);

  private final ArtifactStore artifacts;
  private final Supplier<LogReader> live;

  /**
   * @param live opens a reader of the task's live output
   */
  public LogText(ArtifactStore artifacts, Supplier<LogReader> live) {
    this.artifacts = artifacts;
    this.live = live;
  }

  /**
   * @param attempt 0 is all, each under a line of its own
   * @throws ErrandException ARTIFACT_MISSING
   */
  public void write(TaskView task, int attempt, OutputStream out) throws IOException {
    List<AttemptView> wanted =
        task.attempts().stream().filter(a -> attempt == 0 || a.number() == attempt).toList();
    for (AttemptView view : wanted) {
      if (wanted.size() > 1) {
        out.write("==> attempt %d <==\n".formatted(view.number()).getBytes(StandardCharsets.UTF_8));
      }
      for (LogArtifact log : inOrder(view.logs())) {
        copy(log, out);
      }
    }
    if (wanted.stream().anyMatch(view -> !view.isOver())) {
      copyLive(wanted.stream().filter(view -> !view.isOver()).toList(), out);
    }
  }

  private static List<LogArtifact> inOrder(List<LogArtifact> logs) {
    return logs.stream()
        .sorted(
            Comparator.comparingInt((LogArtifact log) -> rank(log.stage()))
                .thenComparing(LogArtifact::stage))
        .toList();
  }

  private static int rank(StageName stage) {
    int rank = ORDER.indexOf(stage.value());
    return rank < 0 ? ORDER.size() : rank;
  }

  private void copy(LogArtifact log, OutputStream out) throws IOException {
    try (InputStream stored =
            artifacts
                .open(log.digest())
                .orElseThrow(
                    () ->
                        new ErrandException(
                            FailureCode.ARTIFACT_MISSING,
                            "the log of stage %s is not in the store".formatted(log.stage())));
        InputStream text = new GZIPInputStream(stored)) {
      text.transferTo(out);
    }
  }

  private void copyLive(List<AttemptView> running, OutputStream out) throws IOException {
    Map<String, Set<StageName>> stored = new HashMap<>();
    for (AttemptView view : running) {
      stored.put(
          view.run().toString(),
          view.logs().stream().map(LogArtifact::stage).collect(Collectors.toSet()));
    }
    Map<String, Long> written = new HashMap<>();
    try (LogReader reader = live.get()) {
      while (!reader.isAtEnd()) {
        for (OfRun fact : reader.poll(POLL)) {
          Set<StageName> known = stored.get(fact.run().toString());
          if (known != null && fact instanceof AttemptLogged log && !known.contains(log.stage())) {
            copyLive(log, written, out);
          }
        }
      }
    }
  }

  private static void copyLive(AttemptLogged log, Map<String, Long> written, OutputStream out)
      throws IOException {
    String source = log.run() + " " + log.stage();
    long known = Math.max(0, written.getOrDefault(source, 0L) - log.offset());
    byte[] data = log.data().toBytes();
    if (known < data.length) {
      out.write(data, (int) known, data.length - (int) known);
      written.put(source, log.offset() + data.length);
    }
  }
}
