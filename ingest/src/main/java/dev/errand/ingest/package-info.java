/**
 * The front door: HTTP in, facts out, and the views of them back. The main type is {@link
 * dev.errand.ingest.FrontDoor}. It must not know containers or how a stage does its work.
 */
@NullMarked
package dev.errand.ingest;

import org.jspecify.annotations.NullMarked;
