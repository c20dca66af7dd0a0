/**
 * What happens next: the only folds that write facts. The main types are {@link
 * dev.errand.views.deciders.AdmissionDecider} and {@link
 * dev.errand.views.deciders.LifecycleDecider}. They must not do I/O of their own nor know a stage:
 * each decision is recomputed from one partition and a clock.
 */
@NullMarked
package dev.errand.views.deciders;

import org.jspecify.annotations.NullMarked;
