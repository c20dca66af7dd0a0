package dev.errand.cli.cloud;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Api;
import dev.errand.cli.server.ApiPath;
import org.jspecify.annotations.Nullable;

/**
 * The diff of one attempt.
 *
 * @param attempt from 1
 * @param baseCommit what it applies to, or ""
 * @param patch as git wrote it; empty when the agent changed nothing
 */
@SuppressWarnings("ArrayRecordComponent") // read once and passed on, never compared
record TaskDiff(String task, int attempt, String baseCommit, byte[] patch) {
  /** A server collects 50 MiB by default; kept in memory. */
  private static final int MAX_PATCH_BYTES = 64 * 1024 * 1024;

  /**
   * @throws CommandFailure (FAILED) when the answer does not say which attempt's diff it is
   */
  static TaskDiff fetch(Api api, TaskReference reference, @Nullable Integer attempt) {
    Api.Answer answer =
        api.bytes(
            ApiPath.of("tasks", reference.id(), "diff").with("attempt", attempt),
            "text/plain",
            MAX_PATCH_BYTES);
    String number = answer.header("Errand-Attempt");
    if (!number.matches("[1-4]")) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "the server's answer is no diff",
          "check that --server or ERRAND_SERVER names an Errand server");
    }
    String base = answer.header("Errand-Base-Commit");
    return new TaskDiff(
        reference.id(),
        Integer.parseInt(number),
        base.matches("[0-9a-f]{40}|[0-9a-f]{64}") ? base : "",
        answer.bytes());
  }
}
