package dev.errand.sandbox;

import dev.errand.sandbox.disks.DiskHost;
import dev.errand.schemas.EnvironmentSpec.Limits;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.ids.TaskId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An installation of its own on the real engine; everything of it is gone when it is closed. */
public final class Lab implements AutoCloseable {
  /** Built by {@code images/build-base}. */
  public static final String IMAGE = "errand/universal";

  static final NodeName NODE = new NodeName("local");

  private static final long MIB = 1L << 20;
  public static final Limits SMALL =
      new Limits(1, 256 * MIB, 2048 * MIB, Duration.ofMinutes(1), Duration.ofMinutes(1));

  private final String installation;
  private final Path root;
  private final Engine engine;
  private final NoOrphans orphans;
  private final Boxes boxes;
  private final List<String> images = new ArrayList<>();

  public Lab() {
    try {
      this.root = Files.createTempDirectory("lab-");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    this.installation = root.getFileName().toString();
    this.engine = Engine.connect(EngineSettings.of(System.getenv()));
    this.orphans = new NoOrphans(engine, installation, root);
    this.boxes = another();
  }

  /** As a second process of the installation would see its boxes. */
  public Boxes another() {
    return another(new BoxesSettings.Isolation(512, null, Set.of(), false));
  }

  Boxes another(BoxesSettings.Isolation isolation) {
    return new Boxes(engine, new BoxesSettings(installation, NODE, root, isolation, 0));
  }

  public Boxes boxes() {
    return boxes;
  }

  DiskHost hostOfDisks() {
    return boxes.hostOfDisks(engine);
  }

  public Engine engine() {
    return engine;
  }

  public String installation() {
    return installation;
  }

  public Path root() {
    return root;
  }

  public static BoxId boxId() {
    return new BoxId("%012x".formatted(ThreadLocalRandom.current().nextLong() & 0xffff_ffff_ffffL));
  }

  public static RunId runId() {
    return TaskId.at(Instant.EPOCH, ThreadLocalRandom.current()).attempt(1).run(1, 1);
  }

  public static BoxSpec spec(String image) {
    return new BoxSpec(boxId(), image, SMALL, new EnvironmentId("lab"), null, List.of());
  }

  /** As {@link #spec(String)}, with another limit for its disk. */
  public static BoxSpec spec(String image, long diskBytes) {
    Limits limits =
        new Limits(SMALL.cpus(), SMALL.memoryBytes(), diskBytes, SMALL.setup(), SMALL.agent());
    return new BoxSpec(boxId(), image, limits, new EnvironmentId("lab"), null, List.of());
  }

  /** A box that starts from what a frozen one wrote. */
  Box boxFrom(BoxId frozen) {
    BoxSpec.Prepared prepared = new BoxSpec.Prepared(frozen, "f1");
    return boxes.create(
        new BoxSpec(boxId(), IMAGE, SMALL, new EnvironmentId("lab"), prepared, List.of()));
  }

  /** Builds an image from the text of a Dockerfile; it is gone when the lab is closed. */
  public String image(String dockerfile) {
    String tag = "errand-" + installation + "-" + images.size();
    try {
      Path folder = Files.createDirectory(root.resolve("image-" + images.size()));
      Path file = Files.writeString(folder.resolve("Dockerfile"), dockerfile);
      engine.call(
          "build an image",
          client ->
              client
                  .buildImageCmd(file.toFile())
                  .withTags(Set.of(tag))
                  .start()
                  .awaitImageId(1, TimeUnit.MINUTES));
      remove(folder);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    images.add(tag);
    return tag;
  }

  public Box box() {
    return boxes.create(spec(IMAGE));
  }

  /** A script in the box's /tmp, with 30 s for it. */
  public static PhaseSpec phase(String id, PhaseSpec.Kind kind, String script) {
    return new PhaseSpec(
        id, kind, script, "/tmp", Map.of(), Map.of(), null, Duration.ofSeconds(30));
  }

  /** How a phase ended and what it wrote. */
  public record Ended(PhaseResult result, String output) {
    public int exitCode() {
      return result.exitCode();
    }
  }

  /** Runs a script to its end in a session of its own. */
  public Ended run(Box box, PhaseSpec.Kind kind, String script) throws InterruptedException {
    return run(box, phase("p" + boxId(), kind, script));
  }

  /** As the agent, where other boxes than the lab's are. */
  Ended run(Boxes elsewhere, Box box, String script) throws InterruptedException {
    try (BoxSession session = elsewhere.open(box)) {
      return run(session, phase("p" + boxId(), PhaseSpec.Kind.AGENT, script));
    }
  }

  public Ended run(Box box, PhaseSpec phase) throws InterruptedException {
    try (BoxSession session = boxes.open(box)) {
      return run(session, phase);
    }
  }

  public static Ended run(BoxSession session, PhaseSpec phase) throws InterruptedException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    PhaseResult result = session.run(phase, (offset, data) -> output.write(data));
    return new Ended(result, output.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    boxes.all().forEach(boxes::remove);
    boxes.frozen().all().forEach(boxes.frozen()::remove);
    images.forEach(
        tag -> engine.call("untag", client -> client.removeImageCmd(tag).exec() == null));
    boxes.close();
    orphans.verify();
    orphans.awaitNoMounter();
    engine.close();
    remove(root);
  }

  private static void remove(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
