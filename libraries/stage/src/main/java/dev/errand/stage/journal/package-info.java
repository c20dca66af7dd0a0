/**
 * The node's memory of what it has made: one folder for each run, which outlives processes. The
 * main type is {@link dev.errand.stage.journal.Journal}. It must not know Kafka, nor what the bytes
 * say.
 */
@NullMarked
package dev.errand.stage.journal;

import org.jspecify.annotations.NullMarked;
