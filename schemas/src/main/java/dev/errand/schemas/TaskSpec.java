package dev.errand.schemas;

import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.SecretName;
import dev.errand.schemas.ids.TaskId;
import java.time.Instant;
import java.util.Map;

/**
 * An admitted task: all that a stage needs to know of it, so that no stage asks anybody.
 *
 * @param prompt UTF-8, 1 byte to {@link #MAX_PROMPT_BYTES}
 * @param branch the reference that was resolved
 * @param commit what it was at submission; asserted after the checkout
 * @param attempts 1 to 4
 * @param secretVersions which sealed value of each secret this task gets; empty where the commit is
 *     not trusted with any
 */
public record TaskSpec(
    TaskId task,
    Owner owner,
    String prompt,
    EnvironmentSpec environment,
    RefName branch,
    CommitSha commit,
    int attempts,
    Map<SecretName, Integer> secretVersions,
    Instant requestedAt) {
  /** Inline in every fact of the task, next to the scripts, below a fact's 512 KiB. */
  public static final int MAX_PROMPT_BYTES = 128 * 1024;

  private static final int MAX_TITLE_CHARACTERS = 100;

  public TaskSpec {
    secretVersions = Map.copyOf(secretVersions);
  }

  /** The prompt's first line that says something, for lists. */
  public String title() {
    return titleOf(prompt);
  }

  /** A prompt's first line that says something, at most 100 characters. */
  public static String titleOf(String prompt) {
    String line =
        prompt.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
    return Failure.shortened(line, MAX_TITLE_CHARACTERS);
  }
}
