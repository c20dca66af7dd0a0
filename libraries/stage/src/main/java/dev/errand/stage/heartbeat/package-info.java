/**
 * The sign of life of a service. The main type is {@link dev.errand.stage.heartbeat.Heartbeat}. It
 * must not know what anybody concludes from silence.
 */
@NullMarked
package dev.errand.stage.heartbeat;

import org.jspecify.annotations.NullMarked;
