package dev.errand.cli.cloud;

import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import org.jspecify.annotations.Nullable;

/**
 * The diff of one attempt.
 *
 * @param attempt from 1, or 0 when the server does not say
 * @param baseCommit what it applies to, or ""
 * @param patch as git wrote it; empty when the agent changed nothing
 */
@SuppressWarnings("ArrayRecordComponent") // read once and passed on, never compared
record TaskDiff(String task, int attempt, String baseCommit, byte[] patch) {
  /** A server collects 50 MiB by default; kept in memory. */
  private static final int MAX_PATCH_BYTES = 64 * 1024 * 1024;

  static TaskDiff fetch(Api api, TaskReference reference, @Nullable Integer attempt) {
    Api.Answer answer =
        api.bytes(
            ApiPath.of("tasks", reference.id(), "diff").with("attempt", attempt),
            "text/plain",
            MAX_PATCH_BYTES);
    String number = answer.header("Errand-Attempt");
    String base = answer.header("Errand-Base-Commit");
    return new TaskDiff(
        reference.id(),
        number.matches("[1-9]") ? Integer.parseInt(number) : attempt == null ? 0 : attempt,
        base.matches("[0-9a-f]{40}|[0-9a-f]{64}") ? base : "",
        answer.bytes());
  }
}
