/**
 * The commands on environments and their secrets. The main type is {@link
 * dev.errand.cli.environment.EnvironmentLookup}, which finds what a user means. It must not know of
 * tasks.
 */
@NullMarked
package dev.errand.cli.environment;

import org.jspecify.annotations.NullMarked;
