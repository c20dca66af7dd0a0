/**
 * Environments and their secrets: the newest version of each, and the one place that makes the
 * next. The main type is {@link dev.errand.ingest.environments.EnvironmentRegistry}. It must not
 * know HTTP.
 */
@NullMarked
package dev.errand.ingest.environments;

import org.jspecify.annotations.NullMarked;
