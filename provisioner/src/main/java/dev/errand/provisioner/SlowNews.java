package dev.errand.provisioner;

import dev.errand.schemas.Event.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

/** Passes on a line of a progress meter now and then: enough to see that something moves. */
final class SlowNews {
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final InstantSource clock;
  private final Consumer<Progress> told;
  private Instant next;

  /** Silent for the first two seconds: most transfers are over by then. */
  SlowNews(InstantSource clock, Consumer<Progress> told) {
    this.clock = clock;
    this.told = told;
    this.next = clock.instant().plus(PAUSE);
  }

  synchronized void line(String line) {
    Instant now = clock.instant();
    if (!now.isBefore(next)) {
      next = now.plus(PAUSE);
      told.accept(new Progress.Noticed(line));
    }
  }
}
