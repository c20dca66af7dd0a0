package dev.errand.ingest.tasks;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.errand.schemas.Failure;
import dev.errand.schemas.Patch;
import dev.errand.schemas.TaskSpec;
import dev.errand.views.AttemptView;
import dev.errand.views.TaskView;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A task as the API shows it; times are ISO 8601 in UTC, what is not known yet is left out. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskJson(
    String id,
    String title,
    String prompt,
    @Nullable String owner,
    @Nullable String environment,
    @Nullable Integer environmentVersion,
    @Nullable String branch,
    @Nullable String commit,
    String state,
    String createdAt,
    String updatedAt,
    @Nullable String completedAt,
    List<AttemptJson> attempts,
    @Nullable Integer best,
    @Nullable FailureJson failure,
    String url) {

  /**
   * One attempt: its newest run.
   *
   * @param message the first line of what asked for this turn; none in the first
   * @param waitsFor what keeps it in the queue, when no node takes anything
   * @param patch what the attempt has so far: until this turn has a diff, the one before
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record AttemptJson(
      int number,
      int turn,
      int run,
      @Nullable String message,
      String state,
      @Nullable String stage,
      @Nullable String node,
      @Nullable String startedAt,
      @Nullable String endedAt,
      @Nullable FailureJson failure,
      @Nullable FailureJson waitsFor,
      @Nullable PatchJson patch) {}

  /** Why something failed, and what to do. */
  public record FailureJson(
      String code, String kind, String message, String hint, List<String> lastLines) {
    public static @Nullable FailureJson of(@Nullable Failure failure) {
      return failure == null
          ? null
          : new FailureJson(
              failure.code().name(),
              word(failure.code().kind()),
              failure.message(),
              failure.code().hint(),
              failure.lastLines());
    }
  }

  /** A diff's size. */
  public record PatchJson(int files, int linesAdded, int linesRemoved, long bytes) {
    static @Nullable PatchJson of(@Nullable Patch patch) {
      return patch == null
          ? null
          : new PatchJson(patch.files(), patch.linesAdded(), patch.linesRemoved(), patch.bytes());
    }
  }

  /**
   * @param url the address of the task's page
   * @param waitsFor why no node takes anything now; null when one does
   */
  public static TaskJson of(TaskView view, String url, @Nullable Failure waitsFor) {
    TaskView.Admitted admitted = view.admitted();
    return new TaskJson(
        view.task().value(),
        view.title(),
        view.prompt(),
        text(view.owner()),
        text(view.environment()),
        admitted == null ? null : admitted.environmentVersion(),
        admitted == null ? null : admitted.branch().value(),
        admitted == null ? null : admitted.commit().value(),
        word(view.state()),
        view.createdAt().toString(),
        view.updatedAt().toString(),
        text(view.completedAt()),
        view.attempts().stream().map(attempt -> attempt(attempt, waitsFor)).toList(),
        view.best().map(AttemptView::number).orElse(null),
        FailureJson.of(view.failure()),
        url);
  }

  private static AttemptJson attempt(AttemptView view, @Nullable Failure waitsFor) {
    return new AttemptJson(
        view.number(),
        view.run().turn(),
        view.run().run(),
        view.asked() == null ? null : TaskSpec.titleOf(view.asked().turn().prompt()),
        word(view.state()),
        text(view.stage()),
        text(view.node()),
        text(view.startedAt()),
        text(view.endedAt()),
        FailureJson.of(view.failure()),
        view.state() == AttemptView.State.QUEUED ? FailureJson.of(waitsFor) : null,
        PatchJson.of(view.patch()));
  }

  /** A constant as the API writes it: lower case, with dashes. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static @Nullable String text(@Nullable Object value) {
    if (value instanceof Instant instant) {
      return instant.toString();
    }
    return value == null ? null : value.toString();
  }
}
