/**
 * The boxes' disks: files that hold all that a box writes to its limit, and the container of ours
 * that lays them under boxes. The main type is {@link dev.errand.sandbox.disks.Disks}. It must not
 * know how a box is made or what runs in it.
 */
@NullMarked
package dev.errand.sandbox.disks;

import org.jspecify.annotations.NullMarked;
