/**
 * Proof that the fold is a join and that views are what the facts say. The main type is {@link
 * dev.errand.views.TaskViewTest}. It must not need a container engine.
 */
@NullMarked
package dev.errand.views;

import org.jspecify.annotations.NullMarked;
