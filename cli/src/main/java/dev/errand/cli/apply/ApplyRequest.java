package dev.errand.cli.apply;

import java.nio.file.Path;

/**
 * What to apply, where and how.
 *
 * @param task names the backup
 * @param attempt from 1
 * @param baseCommit what the diff was made against, or ""
 * @param threeWay merges where the diff does not fit, and leaves conflict markers
 * @param checkOnly changes nothing
 * @param allowLinks takes links that point outside and references to other repositories
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
public record ApplyRequest(
    String task,
    int attempt,
    byte[] patch,
    String baseCommit,
    Path directory,
    boolean threeWay,
    boolean checkOnly,
    boolean allowLinks) {}
