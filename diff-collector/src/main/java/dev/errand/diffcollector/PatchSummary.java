package dev.errand.diffcollector;

/** What a valid patch changes. */
record PatchSummary(int files, int linesAdded, int linesRemoved) {}
