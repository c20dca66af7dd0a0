package dev.errand.diffcollector;

import java.time.Duration;

/** Limits that a test reaches in seconds. */
final class TestSettings implements DiffCollectorSettings {
  @Override
  public long maxPatchBytes() {
    return 1_000_000;
  }

  @Override
  public int maxFiles() {
    return 1_000;
  }

  @Override
  public Duration timeout() {
    return Duration.ofSeconds(60);
  }

  @Override
  public int slots() {
    return 1;
  }
}
