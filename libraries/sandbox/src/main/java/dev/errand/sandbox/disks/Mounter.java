package dev.errand.sandbox.disks;

import com.github.dockerjava.api.DockerClient;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lays the boxes' disks under them. Mounting needs what neither a box nor, perhaps, this process
 * may do, so a container of this process' own does it, which takes its orders from one connection
 * and ends with it. Thread-safe.
 */
final class Mounter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mounter.class);
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** Twice the minute that the kernel is given to write what a dead box had not. */
  private static final Duration TRIMMED = Duration.ofMinutes(2);

  private static final int TRIES = 2;

  /** A box without its disk is never used: it could fill the node's. */
  private static final String REMEDY =
      "`errand doctor` says what disks need; to do without limits.disk on this node, set"
          + " errand.server.boxes.without to disk";

  private final DiskHost host;
  private final MounterContainer container;
  private @Nullable MounterLine line;

  Mounter(DiskHost host) {
    this.host = host;
    this.container = new MounterContainer(host);
  }

  /**
   * Ensures that the box writes to its disk; 10 to 20 ms, and for the first box the start of a
   * container.
   *
   * @param pid of the box's runner, on the engine's host
   * @param base the frozen disk below it; null for none
   * @throws ErrandException ENGINE_FAILED when the engine's host does not allow it
   */
  void attach(BoxId id, long pid, @Nullable BoxId base) {
    String request = "%d %s%s".formatted(pid, id, base == null ? "" : " " + base);
    host.call("attach the disk of " + id, client -> ask(client, id, request, ANSWER));
  }

  /**
   * Gives the host back the room that a dead box's disk does not use. The disk is whole then.
   *
   * @throws ErrandException ENGINE_FAILED when something still holds it
   */
  void trim(BoxId id) {
    host.call("trim the disk of " + id, client -> ask(client, id, "trim " + id, TRIMMED));
  }

  private synchronized boolean ask(
      DockerClient client, BoxId id, String request, Duration patience) {
    IOException lost = new IOException("no answer");
    for (int attempt = 0; attempt < TRIES; attempt++) {
      try {
        MounterLine open = line == null ? start(client) : line;
        line = open;
        String answer = open.ask(request, patience);
        if (!answer.equals("ok")) {
          throw new ErrandException(
              FailureCode.ENGINE_FAILED,
              "the box %s has no disk: the mounter %s; %s".formatted(id, answer, REMEDY));
        }
        return true;
      } catch (IOException gone) { // the engine was restarted, or somebody removed the container
        LOG.info("The mounter is started anew: {}", gone.getMessage());
        lost = gone;
        end();
      }
    }
    throw new ErrandException(
        FailureCode.ENGINE_FAILED,
        "the box %s has no disk: the mounter does not stay: %s; %s"
            .formatted(id, lost.getMessage(), REMEDY),
        lost);
  }

  private MounterLine start(DockerClient client) throws IOException {
    String name =
        "errand-mounter-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    MounterLine opened = MounterLine.listen(host.disks(), name);
    try {
      container.start(client, name, opened.socket());
      await(client, opened);
      return opened;
    } catch (IOException | RuntimeException failed) {
      line = opened;
      end();
      throw failed;
    }
  }

  private void await(DockerClient client, MounterLine opened) throws IOException {
    for (long waited = 0; !opened.accept(LOOK); waited += LOOK.toMillis()) {
      if (waited >= START.toMillis() || !container.runs(client, opened.name())) {
        throw new IOException("it has not connected");
      }
    }
  }

  /** Its container ends with the connection; this makes sure and waits for it. */
  private synchronized void end() {
    MounterLine open = line;
    line = null;
    if (open != null) {
      open.close();
      host.removeWholly(open.name());
    }
  }

  /** Ends its program, and with it the container, whether the engine answers or not. */
  @Override
  public synchronized void close() {
    if (line != null) {
      line.close();
    }
  }
}
