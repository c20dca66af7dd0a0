/**
 * How a command ends: exit codes and the one exception that carries them. The main type is {@link
 * dev.errand.cli.outcome.CommandFailure}. It must not know what was attempted or how it is shown.
 */
@NullMarked
package dev.errand.cli.outcome;

import org.jspecify.annotations.NullMarked;
