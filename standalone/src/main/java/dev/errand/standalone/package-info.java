/**
 * All of Errand in one process, or any part of it. The main type is {@link
 * dev.errand.standalone.Main}. It must not know how a service does its work.
 */
@NullMarked
package dev.errand.standalone;

import org.jspecify.annotations.NullMarked;
