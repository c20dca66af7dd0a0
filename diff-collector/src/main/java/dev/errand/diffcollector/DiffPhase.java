package dev.errand.diffcollector;

import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.PhaseResult;
import dev.errand.sandbox.PhaseSpec;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the box executes to make the diff, and what its end means. */
final class DiffPhase {
  /** The exit codes of the script, beside 0. */
  private static final int GIT_FAILED = 90;

  private static final int TOO_LARGE = 92;
  private static final int NO_WORK_TREE = 93;

  /** Room for the line before the patch, and for what git says when it fails. */
  private static final int MAX_MESSAGE_BYTES = 8 * 1024;

  private final DiffCollectorSettings settings;
  private final String script = script();

  DiffPhase(DiffCollectorSettings settings) {
    this.settings = settings;
  }

  static String script() {
    try (InputStream stream = DiffPhase.class.getResourceAsStream("collect-diff.sh")) {
      if (stream == null) {
        throw new IllegalStateException("the build left out collect-diff.sh");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  PhaseSpec spec(Event.AgentExecuted fact) {
    return new PhaseSpec(
        "diff-" + fact.run().turn(),
        PhaseSpec.Kind.DIFF,
        script,
        "/",
        Map.of(
            "HOME",
            "/nonexistent",
            "ERRAND_WORK",
            "/workspace/" + fact.spec().environment().repository().folder(),
            "ERRAND_MIRROR",
            Boxes.FOLDER_OF_DIFF + "/mirror.git",
            "ERRAND_BASE",
            fact.spec().commit().value(),
            "ERRAND_MAX_BYTES",
            Long.toString(settings.maxPatchBytes())),
        Map.of(),
        null,
        settings.timeout());
  }

  long maxOutputBytes() {
    return settings.maxPatchBytes() + MAX_MESSAGE_BYTES;
  }

  /**
   * Returns when there is a patch.
   *
   * @throws ErrandException DIFF_TOO_LARGE or DIFF_INVALID when there is none
   */
  void check(PhaseResult result, Path output) throws IOException {
    if (result.timedOut()) {
      throw new ErrandException(
          FailureCode.DIFF_TOO_LARGE,
          "git worked longer than %d s on the diff".formatted(settings.timeout().toSeconds()));
    }
    if (result.outOfMemory()) {
      throw new ErrandException(
          FailureCode.DIFF_TOO_LARGE, "git ran out of the box's memory while making the diff");
    }
    switch (result.exitCode()) {
      case 0 -> {}
      case TOO_LARGE ->
          throw new ErrandException(
              FailureCode.DIFF_TOO_LARGE,
              "the diff is larger than %,d bytes".formatted(settings.maxPatchBytes()));
      case GIT_FAILED -> {
        List<String> said = messages(output);
        boolean full = said.stream().anyMatch(line -> line.contains("No space left on device"));
        String message = full ? "git made no diff: the box's disk is full" : "git made no diff";
        throw new ErrandException(new Failure(FailureCode.DIFF_INVALID, message, said), null);
      }
      case NO_WORK_TREE ->
          throw new ErrandException(
              FailureCode.DIFF_INVALID,
              "the agent removed the repository's folder, or put a link in its place");
      default ->
          throw new ErrandException(
              FailureCode.DIFF_INVALID,
              "the diff's script ended with exit code " + result.exitCode());
    }
  }

  private static List<String> messages(Path output) throws IOException {
    try (InputStream in = Files.newInputStream(output)) {
      String text = new String(in.readNBytes(MAX_MESSAGE_BYTES), StandardCharsets.UTF_8);
      return text.replaceAll("[\\p{Cc}&&[^\\n]]", "?").lines().toList();
    }
  }
}
