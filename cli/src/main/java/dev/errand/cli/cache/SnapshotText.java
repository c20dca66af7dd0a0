package dev.errand.cli.cache;

import dev.errand.cli.server.Snapshot;
import dev.errand.cli.terminal.Elapsed;
import dev.errand.cli.terminal.SafeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Snapshots in words; everything that the server wrote is made safe here. */
final class SnapshotText {
  private static final long KIB = 1024;
  private static final long MIB = KIB * 1024;
  private static final long GIB = MIB * 1024;

  private SnapshotText() {}

  /** Everything that `show` says. */
  static List<String> of(Snapshot snapshot, Instant now) {
    List<String> lines = new ArrayList<>();
    lines.add(snapshot.valid() ? "VALID" : "OVER: " + SafeText.line(snapshot.reason()));
    lines.add(line("snapshot", snapshot.id()));
    lines.add(line("node", snapshot.node()));
    lines.add(line("environment", snapshot.environment()));
    lines.add(line("commit", snapshot.head()));
    lines.add(line("size", size(snapshot.bytes())));
    lines.add(line("created", time(snapshot.createdAt(), now)));
    lines.add(line("expires", snapshot.expiresAt()));
    lines.add(
        line(
            "used",
            snapshot.uses() == 0
                ? snapshot.times()
                : snapshot.times() + ", last " + time(snapshot.usedAt(), now)));
    lines.add(line("changed", time(snapshot.changedAt(), now)));
    lines.add(line("fingerprint", snapshot.fingerprint()));
    lines.add("  made of, each by its digest:");
    snapshot
        .ingredients()
        .forEach((part, digest) -> lines.add("    " + pad(part, 20) + SafeText.line(digest)));
    return lines;
  }

  private static String line(String name, String text) {
    return "  " + pad(name, 13) + SafeText.line(text);
  }

  private static String pad(String text, int width) {
    String safe = SafeText.line(text);
    return safe + " ".repeat(Math.max(1, width - safe.length()));
  }

  private static String time(String at, Instant now) {
    return at + ", " + Elapsed.since(at, now) + " ago";
  }

  /** In one unit, of which at least one is full. */
  static String size(long bytes) {
    if (bytes >= GIB) {
      return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
    }
    if (bytes >= MIB) {
      return bytes / MIB + " MiB";
    }
    return bytes >= KIB ? bytes / KIB + " KiB" : bytes + " B";
  }
}
