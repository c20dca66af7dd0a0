package dev.errand.stage;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.StageName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A stage like the real ones: its effect is a "box", a file with a unique name, whose work goes on
 * whoever watches. The prompt says what it does: {@code 200} works for 200 ms, {@code fail CODE}
 * and {@code crash} do so, {@code flaky N CODE} fails N times first, {@code 200 then CODE}.
 */
final class BoxStage implements Stage<Event.AttemptSubmitted, Event.ContainerCreated> {
  static final int LOUD_BYTES = 4 << 20;
  static final String LOUD_END = "how it ended";

  private final StageName name;
  private final Path folder;
  private final int slots;
  private final Duration timeout;

  BoxStage(String name, Path folder, int slots, Duration timeout) {
    this.name = new StageName(name);
    this.folder = folder.toAbsolutePath();
    this.slots = slots;
    this.timeout = timeout;
  }

  @Override
  public StageSpec<Event.AttemptSubmitted, Event.ContainerCreated> spec() {
    return new StageSpec<>(
        name,
        Topic.ATTEMPTS_SUBMITTED,
        Topic.CONTAINER_CREATED,
        Event.AttemptSubmitted.class,
        slots,
        timeout);
  }

  @Override
  public Event.ContainerCreated process(Event.AttemptSubmitted fact, Lease lease)
      throws InterruptedException {
    try {
      note(fact, "called");
      String[] words = fact.turn().prompt().split(" ");
      switch (words[0]) {
        case "fail" -> throw new ErrandException(FailureCode.valueOf(words[1]), "as asked");
        case "crash" -> throw new IllegalStateException("as asked");
        case "log" -> shout(lease);
        case "flaky" -> failFirst(fact, Integer.parseInt(words[1]), FailureCode.valueOf(words[2]));
        default -> watch(fact, lease, Duration.ofMillis(Long.parseLong(words[0])));
      }
      return new Event.ContainerCreated(
          fact.run(), Samples.NODE, new BoxId("box000000001"), fact.turn(), fact.spec());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void watch(Event.AttemptSubmitted fact, Lease lease, Duration work)
      throws IOException, InterruptedException {
    lease.check();
    Path box = folder.resolve(fact.run() + ".box");
    try {
      Files.writeString(
          box, InstantSource.system().instant().toString(), StandardOpenOption.CREATE_NEW);
      note(fact, "made");
    } catch (FileAlreadyExistsException e) {
      note(fact, "joined");
    }
    Instant end = Instant.parse(Files.readString(box)).plus(work);
    Duration left = Duration.between(InstantSource.system().instant(), end);
    new CountDownLatch(1).await(left.toNanos(), TimeUnit.NANOSECONDS); // the box works
  }

  /** Ends a box's work now. */
  static void finish(Path folder, Event.OfRun fact) throws IOException {
    Files.writeString(folder.resolve(fact.run() + ".box"), Instant.EPOCH.toString());
  }

  private static void shout(Lease lease) {
    byte[] all = new byte[LOUD_BYTES];
    byte[] end = LOUD_END.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(end, 0, all, all.length - end.length, end.length);
    lease.log(0, all);
  }

  private void failFirst(Event.AttemptSubmitted fact, int times, FailureCode code) {
    if (calls(folder, fact) <= times) {
      throw new ErrandException(code, "not yet");
    }
  }

  private void note(Event.AttemptSubmitted fact, String what) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve(fact.run() + ".notes"),
        what + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  static long calls(Path folder, Event.OfRun fact) {
    return count(folder, fact, "called");
  }

  static long made(Path folder, Event.OfRun fact) {
    return count(folder, fact, "made");
  }

  private static long count(Path folder, Event.OfRun fact, String what) {
    Path notes = folder.resolve(fact.run() + ".notes");
    try {
      return Files.exists(notes)
          ? Files.readAllLines(notes).stream().filter(what::equals).count()
          : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
