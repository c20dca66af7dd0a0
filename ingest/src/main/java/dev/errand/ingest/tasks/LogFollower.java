package dev.errand.ingest.tasks;

import dev.errand.ingest.http.EventOutput;
import dev.errand.schemas.Event;
import dev.errand.schemas.Event.AttemptLogged;
import dev.errand.schemas.Event.AttemptProgressed;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import dev.errand.stage.LogReader;
import dev.errand.views.TaskView;
import dev.errand.views.Views;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells one client of a task's live output and progress, from the start of its newest turns or from
 * where the client was: an event's id says how many facts of each topic lie before it, and each
 * topic holds the task's facts in one order. Reads no faster than the client does.
 */
public final class LogFollower {
  private static final Duration POLL = Duration.ofMillis(500);

  /** What is live may arrive after the end that it belongs before. */
  private static final int QUIET_POLLS_AT_END = 2;

  private final Views views;
  private final TaskId task;
  private final int attempt;
  private final boolean follow;
  private final LogCursor resume;
  private final Map<String, ChunkText> texts = new HashMap<>();
  private LogCursor at = LogCursor.START;

  /**
   * @param attempt 0 is all
   * @param follow whether to wait for more, until the task is over
   * @param resume what the client has seen already
   */
  public LogFollower(Views views, TaskId task, int attempt, boolean follow, LogCursor resume) {
    this.views = views;
    this.task = task;
    this.attempt = attempt;
    this.follow = follow;
    this.resume = resume;
  }

  /** Returns when the task is over, throws when the client has gone. */
  public void follow(LogReader reader, EventOutput out) throws IOException {
    int quiet = 0;
    while (true) {
      Optional<TaskView> view = views.task(task);
      boolean over = view.map(this::isOver).orElse(false);
      List<Event.OfRun> facts = reader.poll(POLL);
      for (Event.OfRun fact : facts) {
        tell(fact, view, out);
      }
      quiet = facts.isEmpty() ? quiet + 1 : 0;
      if (quiet >= QUIET_POLLS_AT_END && (over || !follow) && reader.isAtEnd()) {
        String state = view.map(v -> TaskJson.word(v.state())).orElse("pending");
        out.event("end", null, Map.of("state", state));
        return;
      }
      out.heartbeat();
    }
  }

  private boolean isOver(TaskView view) {
    return view.state().isTerminal();
  }

  private void tell(Event.OfRun fact, Optional<TaskView> view, EventOutput out) throws IOException {
    at = fact instanceof AttemptLogged ? at.afterLog() : at.afterProgress();
    boolean wanted =
        (attempt == 0 || attempt == fact.run().attempt().number())
            && !isOfEarlierTurn(fact.run(), view)
            && !(fact instanceof AttemptLogged ? resume.coversLog(at) : resume.coversProgress(at));
    switch (fact) {
      case AttemptLogged logged -> {
        String text = text(logged); // also of what was seen: it may end inside of a character
        if (wanted && (!text.isEmpty() || logged.truncated())) {
          out.event("log", at.toString(), document(logged, text));
        }
      }
      case AttemptProgressed progressed -> {
        Map<String, Object> document = document(progressed);
        if (wanted && !document.isEmpty()) {
          out.event("progress", at.toString(), document);
        }
      }
      case Event.AttemptSubmitted _,
          Event.AttemptPlaced _,
          Event.TurnRequested _,
          Event.OnNode _,
          Event.AttemptEnded _ -> {} // lie on other topics
    }
  }

  private static boolean isOfEarlierTurn(RunId run, Optional<TaskView> view) {
    return view.flatMap(task -> task.attempt(run.attempt().number()))
        .filter(newest -> newest.run().turn() > run.turn())
        .isPresent();
  }

  private String text(AttemptLogged logged) {
    return texts
        .computeIfAbsent(logged.run() + " " + logged.stage(), _ -> new ChunkText())
        .accept(logged.offset(), logged.data().toBytes());
  }

  private static Map<String, Object> document(AttemptLogged logged, String text) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("attempt", logged.run().attempt().number());
    document.put("turn", logged.run().turn());
    document.put("run", logged.run().run());
    document.put("stage", logged.stage().value());
    document.put("offset", logged.offset());
    document.put("text", text);
    document.put("truncated", logged.truncated());
    return document;
  }

  private static Map<String, Object> document(AttemptProgressed progressed) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("attempt", progressed.run().attempt().number());
    document.put("turn", progressed.run().turn());
    document.put("run", progressed.run().run());
    document.put("stage", progressed.stage().value());
    switch (progressed.progress()) {
      case Event.Progress.Started _ -> {
        document.put("kind", "started");
        document.put("text", progressed.stage().value());
      }
      case Event.Progress.Noticed noticed -> {
        document.put("kind", "noticed");
        document.put("text", noticed.text());
      }
      case Event.Progress.Said said -> {
        document.put("kind", "said");
        document.put("text", said.text());
      }
      case Event.Progress.Commanded commanded -> {
        document.put("kind", "commanded");
        document.put("text", commanded.command());
        document.put("exitCode", commanded.exitCode());
      }
      case Event.Progress.Denied denied -> {
        document.put("kind", "denied");
        document.put("text", "%s:%d (%s)".formatted(denied.host(), denied.port(), denied.rule()));
        document.put("host", denied.host());
        document.put("port", denied.port());
        document.put("rule", denied.rule());
        document.put("count", denied.count());
      }
      case Event.Progress.Unknown _ -> document.clear();
    }
    return document;
  }
}
