/**
 * Documents that people write: YAML 1.2 and JSON with the place of everything, and the environment
 * among them. The main type is {@link dev.errand.ingest.documents.EnvironmentDocument}. It must not
 * know HTTP or Kafka.
 */
@NullMarked
package dev.errand.ingest.documents;

import org.jspecify.annotations.NullMarked;
