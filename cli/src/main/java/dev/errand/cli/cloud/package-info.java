/**
 * The commands on tasks. The main type is {@link dev.errand.cli.cloud.CloudExec}, which hands one
 * over. It must not know how requests travel or how git is run.
 */
@NullMarked
package dev.errand.cli.cloud;

import org.jspecify.annotations.NullMarked;
