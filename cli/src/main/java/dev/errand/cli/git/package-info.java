/**
 * The user's own git, run so that nothing of the repository's configuration is executed. The main
 * type is {@link dev.errand.cli.git.Git}. It must not know of tasks, servers or diffs.
 */
@NullMarked
package dev.errand.cli.git;

import org.jspecify.annotations.NullMarked;
