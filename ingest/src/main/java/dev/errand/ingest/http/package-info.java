/**
 * What all requests and answers have in common: bounded bodies, problems, streams of events. The
 * main type is {@link dev.errand.ingest.http.Problem}. It must not know what is asked for.
 */
@NullMarked
package dev.errand.ingest.http;

import org.jspecify.annotations.NullMarked;
