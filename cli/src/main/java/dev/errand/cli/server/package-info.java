/**
 * The server as the command sees it: one origin, its token, JSON documents and event streams. The
 * main type is {@link dev.errand.cli.server.Api}. It must not know which command asks, nor how an
 * answer is shown.
 */
@NullMarked
package dev.errand.cli.server;

import org.jspecify.annotations.NullMarked;
