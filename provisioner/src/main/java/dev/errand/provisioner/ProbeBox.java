package dev.errand.provisioner;

import dev.errand.sandbox.Box;
import dev.errand.sandbox.BoxSpec;
import dev.errand.sandbox.Boxes;
import dev.errand.sandbox.BoxesSettings.Isolation;
import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineFacts;
import dev.errand.schemas.EnvironmentSpec;
import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A box that no run has, made to see what only a running one shows: whether the engine here keeps
 * the rules that boxes are promised. One at a time; one that a killed process has left is the
 * reaper's. {@link #holds} is for any thread, the rest for one.
 */
final class ProbeBox implements NodeFitness.Probe {
  private static final Logger LOG = LoggerFactory.getLogger(ProbeBox.class);

  private static final EnvironmentId ENVIRONMENT = new EnvironmentId("probe");

  /** Little, since it is taken at each start; the disk is the smallest with room for a system. */
  static final Limits LIMITS =
      new Limits(1, 64L << 20, 32L << 20, Duration.ofMinutes(1), Duration.ofMinutes(1));

  private static final int DIGITS = 12;
  private static final int BASE = 36;

  /**
   * Prints {@code <what> <value>} lines. Other interfaces may be there, as some kernels put
   * tunnels' into each namespace; what counts is whether they are up.
   */
  private static final String LOOK =
      """
      grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status
      echo "disk $(( $(stat -f -c '%b * %S' /) ))"
      limit() { for f in "${@:2}"; do [ -r "/sys/fs/cgroup/$f" ] || continue
        read -r value < "/sys/fs/cgroup/$f" && echo "$1 $value"; done; }
      limit memory memory/memory.limit_in_bytes memory.max
      limit pids pids/pids.max pids.max
      for i in /sys/class/net/*; do
        [ -r "$i/flags" ] && (( $(<"$i/flags") & 1 )) && [ "${i##*/}" != lo ] && echo "net ${i##*/}"
      done
      echo "end of look"
      """;

  private final Engine engine;
  private final Boxes boxes;
  private volatile @Nullable BoxId current;
  private volatile boolean seen;
  private boolean warned;

  ProbeBox(Engine engine, Boxes boxes) {
    this.engine = engine;
    this.boxes = boxes;
  }

  /** Whether the box with this id is the one that is tried now. */
  boolean holds(BoxId id) {
    return id.equals(current);
  }

  /**
   * Makes a box, about as long as an attempt's takes, and asks it. Where the default image is not
   * on the engine, only what the engine says of itself is known: nothing is pulled for a look.
   */
  @Override
  public Optional<Failure> look(EngineFacts facts) throws InterruptedException {
    seen = false;
    if (!facts.unlimited().isEmpty()) {
      return Optional.of(
          Failure.of(
              FailureCode.ENGINE_FAILED,
              "the engine cannot hold %s: %s"
                  .formatted(String.join(", ", facts.unlimited()), EngineFacts.LIMITS_REMEDY)));
    }
    try {
      if (!engine.hasImage(EnvironmentSpec.DEFAULT_IMAGE)) {
        warnOnce();
        return Optional.empty();
      }
      return broken(shown(), boxes.isolation())
          .map(
              rules -> Failure.of(FailureCode.ENGINE_FAILED, "a box of this node shows: " + rules));
    } catch (ErrandException failed) {
      return Optional.of(named(failed));
    }
  }

  private void warnOnce() {
    if (!warned) {
      warned = true;
      LOG.warn(
          "No box is tried, as the image {} is not on the engine: build it with `make images`",
          EnvironmentSpec.DEFAULT_IMAGE);
    }
  }

  @Override
  public boolean hasSeen() {
    return seen;
  }

  /** Makes the box and returns what it shows. */
  Map<String, String> shown() throws InterruptedException {
    BoxId id = newId();
    current = id;
    Box box =
        boxes.create(
            new BoxSpec(id, EnvironmentSpec.DEFAULT_IMAGE, LIMITS, ENVIRONMENT, null, List.of()));
    String answer = new BoxWork(boxes).ask(box, "look", LOOK);
    seen = true;
    return parse(answer);
  }

  private static BoxId newId() {
    StringBuilder id = new StringBuilder();
    while (id.length() < DIGITS) {
      id.append(Character.forDigit(ThreadLocalRandom.current().nextInt(BASE), BASE));
    }
    return new BoxId(id.toString());
  }

  private static Failure named(ErrandException failed) {
    String said = "no box works on this node: " + failed.failure().message();
    return Failure.of(
        failed.code(),
        failed.code() == FailureCode.BOX_LOST
            ? said
                + "; the data folder must have one path for the engine and the services, and the"
                + " services must see the engine's process ids"
            : said);
  }

  /** A value is the line's second word; of two lines the first counts. */
  static Map<String, String> parse(String look) {
    Map<String, String> seen = new LinkedHashMap<>();
    for (String line : look.lines().toList()) {
      String[] words = line.split("[:\\s]+");
      if (words.length > 1) {
        seen.putIfAbsent(words[0], words[1]);
      }
    }
    return seen;
  }

  /**
   * The rules that do not hold although the installation does not do without them, each with its
   * remedy. A limit that the box cannot see is taken on the engine's word.
   */
  static Optional<String> broken(Map<String, String> seen, Isolation isolation) {
    List<String> broken = new ArrayList<>();
    if (!seen.containsKey("end")) {
      broken.add("it does not say what it is; look for errors in the engine's log");
    }
    if (isolation.holds(Rule.SECCOMP) && !"2".equals(seen.get("Seccomp"))) {
      broken.add(
          "its system calls are not filtered; use a kernel and an engine with seccomp, or set"
              + " errand.server.boxes.without to seccomp");
    }
    if ("0".equals(seen.get("NoNewPrivs"))) {
      broken.add("its processes can gain rights; use a runtime that keeps no-new-privileges");
    }
    if (isolation.holds(Rule.DISK) && !isDisk(seen.getOrDefault("disk", ""))) {
      broken.add(
          "it has a disk of %s bytes and not of limits.disk; `errand doctor` says what disks need"
                  .formatted(seen.get("disk"))
              + ", and errand.server.boxes.without set to disk does without");
    }
    limit(seen, "memory", LIMITS.memoryBytes()).ifPresent(broken::add);
    limit(seen, "pids", isolation.pids()).ifPresent(broken::add);
    if (seen.containsKey("net")) {
      broken.add(
          "it has the network interface %s; have the engine's network 'none' be none"
              .formatted(seen.get("net")));
    }
    return broken.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", broken));
  }

  /** The file system's own tables take a part of it. */
  private static boolean isDisk(String bytes) {
    return bytes.matches("[0-9]{1,18}")
        && Long.parseLong(bytes) <= LIMITS.diskBytes()
        && Long.parseLong(bytes) >= LIMITS.diskBytes() / 2;
  }

  private static Optional<String> limit(Map<String, String> seen, String what, long asked) {
    String value = seen.getOrDefault(what, Long.toString(asked));
    return value.equals(Long.toString(asked))
        ? Optional.empty()
        : Optional.of(
            "its limit of %s is %s instead of %d; %s"
                .formatted(what, value, asked, EngineFacts.LIMITS_REMEDY));
  }

  /** Ensures that nothing is left of the box; what cannot be removed now is the reaper's. */
  @Override
  public void end() {
    BoxId id = current;
    if (id == null) {
      return;
    }
    try {
      boxes.find(id).ifPresent(boxes::remove);
      boxes.removeFolder(id);
    } catch (ErrandException failed) {
      LOG.info("The box {} is left to the next sweep: {}", id, failed.failure().message());
    } finally {
      current = null;
    }
  }
}
