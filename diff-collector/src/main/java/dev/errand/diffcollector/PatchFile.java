package dev.errand.diffcollector;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Patch;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The diff phase's whole output: a line of ours and a patch that has been checked.
 *
 * @param start where the patch begins in the file
 */
record PatchFile(
    Path file, int start, int submodules, int nestedRepositories, PatchSummary summary) {
  private static final Pattern FIRST_LINE = Pattern.compile("errand-diff (\\d{1,6}) (\\d{1,6})\n");
  private static final int MAX_FIRST_LINE = 40;

  /**
   * Reads and checks the file.
   *
   * @throws ErrandException DIFF_INVALID when it is not what our script and our git write
   */
  static PatchFile read(Path file, int maxFiles) throws IOException {
    Matcher first;
    try (InputStream in = Files.newInputStream(file)) {
      String begin = new String(in.readNBytes(MAX_FIRST_LINE), StandardCharsets.ISO_8859_1);
      first = FIRST_LINE.matcher(begin);
    }
    if (!first.lookingAt()) {
      throw new ErrandException(
          FailureCode.DIFF_INVALID, "the diff's script wrote something else than a diff");
    }
    try (InputStream patch = from(file, first.end())) {
      return new PatchFile(
          file,
          first.end(),
          Integer.parseInt(first.group(1)),
          Integer.parseInt(first.group(2)),
          PatchParser.parse(patch, maxFiles));
    } catch (MalformedPatchException e) {
      throw new ErrandException(FailureCode.DIFF_INVALID, e.reason(), e);
    }
  }

  /** Keeps the patch in the store, where it is durable before any fact names it. */
  Patch store(ArtifactStore artifacts, CommitSha base) throws IOException {
    Digest digest;
    try (InputStream patch = from(file, start)) {
      digest = artifacts.put(patch);
    }
    return new Patch(
        base,
        digest,
        Files.size(file) - start,
        summary.paths(),
        summary.linesAdded(),
        summary.linesRemoved(),
        inline());
  }

  private @Nullable String inline() throws IOException {
    if (Files.size(file) - start > Patch.MAX_INLINE_BYTES) {
      return null;
    }
    try (InputStream patch = from(file, start)) {
      ByteBuffer bytes = ByteBuffer.wrap(patch.readAllBytes());
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      return null; // text in another encoding: only the artifact has its bytes
    }
  }

  private static InputStream from(Path file, int start) throws IOException {
    InputStream in = Files.newInputStream(file);
    in.skipNBytes(start);
    return in;
  }
}
