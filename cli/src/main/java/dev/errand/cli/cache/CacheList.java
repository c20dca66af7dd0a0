package dev.errand.cli.cache;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.errand.cli.environment.EnvironmentLookup;
import dev.errand.cli.server.Json;
import dev.errand.cli.server.Snapshot;
import dev.errand.cli.session.Session;
import dev.errand.cli.terminal.Elapsed;
import dev.errand.cli.terminal.Table;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is prepared, newest first. */
@Command(
    name = "list",
    description = {
      "List the prepared containers that runs start from, the newest first.",
      "Each is a snapshot on one node, made by an earlier run, and serves for 12 hours."
    })
public final class CacheList implements Callable<Integer> {
  private final Session session;

  @Option(names = "--env", paramLabel = "ENV", description = "Only those of this environment.")
  @Nullable String environment;

  @Option(names = "--node", paramLabel = "NODE", description = "Only those on this node.")
  @Nullable String node;

  @Option(
      names = "--all",
      description = "Also those that serve no more, and why; some are gone from their node.")
  boolean all;

  /** The command of one run. */
  public CacheList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String id = environment == null ? null : new EnvironmentLookup(session).find(environment).id();
    List<Snapshot> found =
        Snapshot.all(session.api(), new Snapshot.Filter(id, node, all ? null : true));
    if (session.json()) {
      ObjectNode json = Json.object();
      ArrayNode items = json.putArray("items");
      found.forEach(snapshot -> items.add(snapshot.json()));
      session.print(json);
      return 0;
    }
    if (found.isEmpty()) {
      session.note(
          all
              ? "nothing is known to have been prepared; the next run prepares its environment"
              : "nothing is prepared; what was, and why it serves no more: add --all");
      return 0;
    }
    show(found);
    return 0;
  }

  private void show(List<Snapshot> snapshots) {
    Instant now = session.surroundings().clock().instant();
    Table table =
        new Table(
            session.terminal().people().out() ? session.terminal().columns() : 0,
            "SNAPSHOT",
            "ENVIRONMENT",
            "NODE",
            "AGE",
            "USED",
            "SIZE",
            "STATE");
    for (Snapshot snapshot : snapshots) {
      table.row(
          snapshot.id(),
          snapshot.environment(),
          snapshot.node(),
          Elapsed.since(snapshot.createdAt(), now),
          snapshot.times(),
          SnapshotText.size(snapshot.bytes()),
          snapshot.valid() ? "valid" : snapshot.reason());
    }
    table.lines().forEach(session::print);
  }
}
