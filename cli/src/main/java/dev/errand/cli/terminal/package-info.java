/**
 * What a person sees and types: streams, safe text, tables and progress. The main type is {@link
 * dev.errand.cli.terminal.Terminal}. It must not know of servers, tasks or repositories.
 */
@NullMarked
package dev.errand.cli.terminal;

import org.jspecify.annotations.NullMarked;
