package dev.errand.egress;

import dev.errand.schemas.Event.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Refused connections, told once when they first happen and once more with their number at the end:
 * a retrying client would drown everything else. Thread-safe.
 */
public final class Denials implements AutoCloseable {
  /** Distinct hosts and rules; a scan has thousands, and after some tens it is one. */
  static final int MAX_DISTINCT = 100;

  private final Map<Denial, Long> counts = new LinkedHashMap<>();
  private final Consumer<Progress> told;

  public Denials(Consumer<Progress> told) {
    this.told = told;
  }

  /** Counts a refusal; does not wait but for telling. */
  public void add(Denial denial) {
    synchronized (counts) {
      if (!counts.containsKey(denial) && counts.size() == MAX_DISTINCT) {
        return;
      }
      if (counts.merge(denial, 1L, Long::sum) > 1) {
        return;
      }
    }
    tell(denial, 1);
  }

  /** Tells what happened more than once. */
  @Override
  public void close() {
    Map<Denial, Long> last;
    synchronized (counts) {
      last = new LinkedHashMap<>(counts);
      counts.clear();
    }
    last.forEach(
        (denial, count) -> {
          if (count > 1) {
            tell(denial, count);
          }
        });
  }

  private void tell(Denial denial, long count) {
    told.accept(new Progress.Denied(denial.host(), denial.port(), denial.rule(), count));
  }
}
