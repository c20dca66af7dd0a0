package dev.errand.cli.apply;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an application did, or would do.
 *
 * @param applied letter and path of each change that is in the tree now, or fits
 * @param conflicts letter, path and reason of each that does not fit
 * @param skipped changes that fit and were not made because others do not
 * @param notes what a person should look at
 * @param hints how to go on after conflicts
 * @param backup the reference to what was there before, or null when nothing was changed
 * @param undo the command that takes it back, or null
 */
public record ApplyReport(
    List<String> applied,
    List<String> conflicts,
    List<String> skipped,
    List<String> notes,
    List<String> hints,
    @Nullable String backup,
    @Nullable String undo) {}
