/**
 * The first stage: what a request means, looked up. The main type is {@link
 * dev.errand.ingest.admission.AdmitStage}. It must not know HTTP, nor decide what a decider does.
 */
@NullMarked
package dev.errand.ingest.admission;

import org.jspecify.annotations.NullMarked;
