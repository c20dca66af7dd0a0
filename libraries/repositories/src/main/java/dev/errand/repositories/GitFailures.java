package dev.errand.repositories;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import java.util.List;
import java.util.Locale;

/**
 * What git says, in our words: the one place that reads its messages. Git has one exit code for
 * everything (128), so its English text decides; the environment fixes the language.
 */
final class GitFailures {
  private GitFailures() {}

  private record Sign(String text, FailureCode code, String meaning) {}

  /** The first that occurs in the text counts: from the particular to the general. */
  private static final List<Sign> SIGNS =
      List.of(
          new Sign("no space left on device", FailureCode.DISK_FULL, "the disk is full"),
          new Sign(
              "detected dubious ownership",
              FailureCode.REPOSITORY_REFUSED,
              "the folder belongs to another user than this server"),
          new Sign("transport '", FailureCode.REPOSITORY_REFUSED, "this scheme is not allowed"),
          new Sign(
              "not our ref", FailureCode.REF_NOT_FOUND, "the repository does not have this commit"),
          new Sign(
              "unadvertised object",
              FailureCode.REF_NOT_FOUND,
              "the remote does not hand out this commit: no branch or tag leads to it"),
          new Sign(
              "couldn't find remote ref",
              FailureCode.REF_NOT_FOUND,
              "the repository does not have this branch or tag"),
          new Sign(
              "fsck error",
              FailureCode.REPOSITORY_REFUSED,
              "its objects do not pass git's integrity check"),
          new Sign(
              "mismatched algorithms",
              FailureCode.REPOSITORY_REFUSED,
              "it uses another object format than this mirror"),
          new Sign(
              "host key verification failed",
              FailureCode.REPOSITORY_UNREACHABLE,
              "the host's ssh key is unknown here: add it to the service user's known_hosts"),
          new Sign(
              "permission denied (",
              FailureCode.REPOSITORY_UNREACHABLE,
              "the host refused this server's ssh key"),
          new Sign(
              "could not read username",
              FailureCode.REPOSITORY_UNREACHABLE,
              "there is no such repository, or it asks for a login"),
          new Sign(
              "authentication failed",
              FailureCode.REPOSITORY_UNREACHABLE,
              "the remote refused the login"),
          new Sign(
              "could not resolve host",
              FailureCode.REPOSITORY_UNREACHABLE,
              "there is no such host"),
          new Sign(
              "requested url returned error: 30",
              FailureCode.REPOSITORY_UNREACHABLE,
              "the remote sends callers elsewhere; give the URL that it redirects to"),
          new Sign(
              "does not appear to be a git repository",
              FailureCode.REPOSITORY_UNREACHABLE,
              "there is no git repository"),
          new Sign("not found", FailureCode.REPOSITORY_UNREACHABLE, "there is no such repository"));

  /** What went wrong, said of the repository or submodule that {@code what} names. */
  static ErrandException of(String what, GitResult result) {
    return switch (result.end()) {
      case TIMED_OUT ->
          failed(FailureCode.REPOSITORY_UNREACHABLE, what, "it took too long", result);
      case TOO_LARGE ->
          failed(FailureCode.REPOSITORY_TOO_LARGE, what, "it is larger than is allowed", result);
      case NO_ROOM -> failed(FailureCode.DISK_FULL, what, "the disk has no room for it", result);
      case OUTPUT_TOO_LONG ->
          failed(FailureCode.REPOSITORY_TOO_LARGE, what, "it has too many references", result);
      case EXITED ->
          result.exitCode() == Git.LOCK_NOT_TAKEN
              ? failed(FailureCode.STAGE_TIMED_OUT, what, "another transfer holds it", result)
              : read(what, result);
    };
  }

  /** Whether the remote has no such object, or will not give it by its id. */
  static boolean isMissingObject(GitResult result) {
    return result.end() == GitResult.End.EXITED
        && !result.succeeded()
        && signOf(result.errors()).code() == FailureCode.REF_NOT_FOUND;
  }

  /** Whether the same call may well succeed in a moment: the connection's fault, not the user's. */
  static boolean isTransient(GitResult result) {
    String text = lower(result.errors());
    return result.end() == GitResult.End.EXITED
        && (text.contains("early eof")
            || text.contains("connection reset")
            || text.contains("connection timed out")
            || text.contains("connection refused")
            || text.contains("hung up unexpectedly")
            || text.contains("temporary failure in name resolution")
            || text.contains("requested url returned error: 429")
            || text.contains("requested url returned error: 5"));
  }

  private static ErrandException read(String what, GitResult result) {
    Sign sign = signOf(result.errors());
    return failed(sign.code(), what, sign.meaning(), result);
  }

  private static Sign signOf(List<String> errors) {
    String text = lower(errors);
    for (Sign sign : SIGNS) {
      if (text.contains(sign.text())) {
        return sign;
      }
    }
    String last = errors.isEmpty() ? "git failed without a word" : errors.getLast();
    return new Sign("", FailureCode.REPOSITORY_UNREACHABLE, last);
  }

  private static String lower(List<String> errors) {
    return String.join("\n", errors).toLowerCase(Locale.ROOT);
  }

  private static ErrandException failed(
      FailureCode code, String what, String meaning, GitResult result) {
    return new ErrandException(
        new Failure(code, "%s: %s".formatted(what, meaning), result.errors()), null);
  }
}
