/**
 * Tasks as the front door shows and takes them: submissions, documents, logs and streams. The main
 * type is {@link dev.errand.ingest.tasks.Submissions}. It must not know HTTP's headers or routes.
 */
@NullMarked
package dev.errand.ingest.tasks;

import org.jspecify.annotations.NullMarked;
