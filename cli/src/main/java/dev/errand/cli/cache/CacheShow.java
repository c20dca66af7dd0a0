package dev.errand.cli.cache;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import dev.errand.cli.server.Snapshot;
import dev.errand.cli.session.Session;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One snapshot. */
@Command(
    name = "show",
    description = {
      "Show a prepared container and what it is made of.",
      "A run starts from it only when each part has the same digest for the run."
    })
public final class CacheShow implements Callable<Integer> {
  private static final Pattern GRAMMAR = Pattern.compile("(?:([a-z0-9-]{1,40})/)?([0-9a-z]{12})");

  private final Session session;

  @Parameters(
      paramLabel = "SNAPSHOT",
      description = "As `cache list` shows it, or NODE/SNAPSHOT when several nodes have one.")
  String named = "";

  /** The command of one run. */
  public CacheShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Matcher matcher = GRAMMAR.matcher(named.strip());
    if (!matcher.matches()) {
      throw CommandFailure.usage(
          "'" + named + "' is no snapshot",
          "copy one from `errand cache list`, such as 0123456789ab or NODE/0123456789ab");
    }
    String node = matcher.group(1);
    String id = matcher.group(2);
    Snapshot found = node == null ? onAnyNode(id) : Snapshot.find(session.api(), node, id);
    if (session.json()) {
      session.print(found.json());
    } else {
      SnapshotText.of(found, session.surroundings().clock().instant()).forEach(session::print);
    }
    return 0;
  }

  private Snapshot onAnyNode(String id) {
    List<Snapshot> all =
        Snapshot.all(session.api(), Snapshot.Filter.NONE).stream()
            .filter(snapshot -> snapshot.id().equals(id))
            .toList();
    if (all.isEmpty()) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "no node has a snapshot '" + id + "'",
          "list what is prepared with `errand cache list --all`");
    }
    if (all.size() > 1) {
      List<String> names = all.stream().map(each -> each.node() + "/" + id).toList();
      throw CommandFailure.usage(
          all.size() + " nodes have a snapshot '" + id + "'",
          "name one with its node: " + String.join(", ", names));
    }
    return all.getFirst();
  }
}
