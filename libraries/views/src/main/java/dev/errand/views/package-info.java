/**
 * What is true now: facts folded into what queries need, kept in a local store that any instance
 * can rebuild from the topics. The main type is {@link dev.errand.views.TaskView}, the fold; {@link
 * dev.errand.views.Views} answers from it. It must not know who asks, over which protocol, or how a
 * stage does its work, and it never writes a fact.
 */
@NullMarked
package dev.errand.views;

import org.jspecify.annotations.NullMarked;
