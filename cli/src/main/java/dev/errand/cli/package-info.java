/**
 * The errand command: one class for each thing that a user can say, wired in one place. The main
 * type is {@link dev.errand.cli.Program}. It must not know the server's modules: it speaks HTTP.
 */
@NullMarked
package dev.errand.cli;

import org.jspecify.annotations.NullMarked;
