/**
 * What the commands of one run share. The main type is {@link dev.errand.cli.session.Session}. It
 * must not know any command.
 */
@NullMarked
package dev.errand.cli.session;

import org.jspecify.annotations.NullMarked;
