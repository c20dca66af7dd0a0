/**
 * Who may do what: tokens, roles, sessions of the pages, and signatures of the inbox. The main type
 * is {@link dev.errand.ingest.access.Tokens}; {@link dev.errand.ingest.access.Access} is the table.
 * It must not know HTTP or Kafka.
 */
@NullMarked
package dev.errand.ingest.access;

import org.jspecify.annotations.NullMarked;
