/**
 * Proof of what is decided, and when. The main type is {@link
 * dev.errand.views.deciders.LifecycleTopologyTest}. It must not need a container engine.
 */
@NullMarked
package dev.errand.views.deciders;

import org.jspecify.annotations.NullMarked;
