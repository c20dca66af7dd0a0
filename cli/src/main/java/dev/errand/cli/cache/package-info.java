/**
 * The commands on prepared containers: what there is, what one is made of, and none of it any more.
 * The main type is {@link dev.errand.cli.cache.CacheList}. It must not know of tasks.
 */
@NullMarked
package dev.errand.cli.cache;

import org.jspecify.annotations.NullMarked;
