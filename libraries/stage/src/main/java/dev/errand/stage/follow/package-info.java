/**
 * Reading topics whole and going on reading. The main type is {@link
 * dev.errand.stage.follow.Follower}. It must not know what the records say.
 */
@NullMarked
package dev.errand.stage.follow;

import org.jspecify.annotations.NullMarked;
