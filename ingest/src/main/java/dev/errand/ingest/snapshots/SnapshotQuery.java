package dev.errand.ingest.snapshots;

import dev.errand.cache.Snapshot;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which snapshots, newest first. A filter that is null lets all pass.
 *
 * @param limit of the page, 1 to {@link #MAX_LIMIT}
 * @param cursor the page begins below it; null begins with the newest
 */
public record SnapshotQuery(
    @Nullable EnvironmentId environment,
    @Nullable NodeName node,
    @Nullable Boolean valid,
    int limit,
    @Nullable Cursor cursor) {
  public static final int MAX_LIMIT = 100;

  /**
   * @throws IllegalArgumentException when the limit is outside 1 to {@link #MAX_LIMIT}
   */
  public SnapshotQuery {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit %d is outside 1 to %d".formatted(limit, MAX_LIMIT));
    }
  }

  /** A snapshot's place in the list, which it keeps: it holds even when the snapshot is gone. */
  public record Cursor(Instant createdAt, NodeName node, BoxId box) implements Comparable<Cursor> {
    private static final Pattern GRAMMAR =
        Pattern.compile("([0-9]{1,15})-([0-9a-z]{12})-([a-z0-9-]{1,40})");
    private static final Comparator<Cursor> NEWEST_FIRST =
        Comparator.comparing(Cursor::createdAt)
            .reversed()
            .thenComparing(Cursor::node)
            .thenComparing(Cursor::box);

    static Cursor of(Snapshot snapshot) {
      return new Cursor(snapshot.createdAt(), snapshot.node(), snapshot.box());
    }

    /**
     * @throws IllegalArgumentException when it is none
     */
    public static Cursor parse(String text) {
      Matcher matcher = GRAMMAR.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("that is no cursor of this list");
      }
      return new Cursor(
          Instant.ofEpochMilli(Long.parseLong(matcher.group(1))),
          new NodeName(matcher.group(3)),
          new BoxId(matcher.group(2)));
    }

    @Override
    public int compareTo(Cursor other) {
      return NEWEST_FIRST.compare(this, other);
    }

    /** Facts tell times in milliseconds. */
    @Override
    public String toString() {
      return "%d-%s-%s".formatted(createdAt.toEpochMilli(), box, node);
    }
  }

  /**
   * Some of the list.
   *
   * @param cursor where the next page begins; null when there is none
   */
  public record Page(List<Snapshot> items, @Nullable Cursor cursor) {}

  /**
   * @param all in any order
   * @param now by the server's clock, which says what is valid
   */
  public Page page(Collection<Snapshot> all, Instant now) {
    List<Snapshot> rest =
        all.stream()
            .filter(snapshot -> matches(snapshot, now))
            .filter(snapshot -> cursor == null || Cursor.of(snapshot).compareTo(cursor) > 0)
            .sorted(Comparator.comparing(Cursor::of))
            .toList();
    if (rest.size() <= limit) {
      return new Page(rest, null);
    }
    List<Snapshot> items = rest.subList(0, limit);
    return new Page(items, Cursor.of(items.getLast()));
  }

  private boolean matches(Snapshot snapshot, Instant now) {
    return (environment == null || environment.equals(snapshot.environment()))
        && (node == null || node.equals(snapshot.node()))
        && (valid == null || valid == snapshot.isValid(now));
  }
}
