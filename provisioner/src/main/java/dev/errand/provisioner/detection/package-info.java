/**
 * What {@code setup: auto} means: from the names of a repository's files to a script. The main type
 * is {@link dev.errand.provisioner.detection.SetupDetector}; all of it is pure. It must not know
 * boxes or mirrors.
 */
@NullMarked
package dev.errand.provisioner.detection;

import org.jspecify.annotations.NullMarked;
