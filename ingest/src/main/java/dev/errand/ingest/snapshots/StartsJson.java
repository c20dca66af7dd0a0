package dev.errand.ingest.snapshots;

import dev.errand.cache.Snapshot;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * How often what was prepared has saved a run its setup. Only what facts of known snapshots say is
 * counted: neither setups that failed nor runs on nodes that keep nothing.
 *
 * @param since when the oldest snapshot that is known was made, ISO 8601 in UTC; null without one
 * @param builds snapshots that were made; the {@code why} of each is the reason of a miss
 * @param all runs that have started from one, its builder among them
 * @param hits all but the builders, whether or not they had to wait for it
 * @param hitRate hits of all, 0 to 1; null before the first start
 */
public record StartsJson(
    @Nullable String since, int builds, int all, int hits, @Nullable Double hitRate) {
  /** Of all these snapshots, valid or not. */
  public static StartsJson of(Collection<Snapshot> snapshots) {
    Instant since =
        snapshots.stream().map(Snapshot::createdAt).min(Comparator.naturalOrder()).orElse(null);
    int all = snapshots.stream().mapToInt(Snapshot::uses).sum();
    int hits = snapshots.stream().mapToInt(Snapshot::hits).sum();
    return new StartsJson(
        since == null ? null : since.toString(),
        snapshots.size(),
        all,
        hits,
        all == 0 ? null : (double) hits / all);
  }
}
