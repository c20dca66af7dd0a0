/**
 * How a Kafka Streams app of ours is run: settings, limits, readiness, what happens to records that
 * cannot be read. The main type is {@link dev.errand.views.streams.StreamsApp}. It must not know
 * what a topology computes.
 */
@NullMarked
package dev.errand.views.streams;

import org.jspecify.annotations.NullMarked;
