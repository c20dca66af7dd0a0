package dev.errand.schemas;

import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.StageName;

/** A run that a service is working on. */
public record Held(RunId run, StageName stage) {}
