/**
 * What stages leave behind: patches and logs, stored under the hash of their bytes. The main type
 * is {@link dev.errand.artifacts.ArtifactStore}; {@link dev.errand.artifacts.LogRecorder} makes a
 * stage's output into an artifact. It must not know stages, boxes or secrets.
 */
@NullMarked
package dev.errand.artifacts;

import org.jspecify.annotations.NullMarked;
