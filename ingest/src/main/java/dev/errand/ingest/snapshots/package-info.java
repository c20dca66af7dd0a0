/**
 * Prepared containers as the front door shows them: which of them, a page at a time, and in which
 * form. The main type is {@link dev.errand.ingest.snapshots.SnapshotQuery}. It must not know HTTP's
 * headers or routes.
 */
@NullMarked
package dev.errand.ingest.snapshots;

import org.jspecify.annotations.NullMarked;
