package dev.errand.diffcollector;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.EventId;
import dev.errand.stage.Lease;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A lease that keeps what it is told. */
final class TestLease implements Lease {
  private final Path directory;
  final List<Event.Progress> progress = new CopyOnWriteArrayList<>();
  final List<Event.LogArtifact> recorded = new CopyOnWriteArrayList<>();

  TestLease(Path directory) {
    this.directory = directory;
  }

  @Override
  public EventId input() {
    return EventId.of("test");
  }

  @Override
  public byte[] value() {
    return new byte[0];
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.empty();
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public void check() {}

  @Override
  public void progress(Event.Progress told) {
    progress.add(told);
  }

  @Override
  public void log(long offset, byte[] data) {
    throw new AssertionError("the diff is no log: " + data.length + " bytes at " + offset);
  }

  @Override
  public void recorded(Event.LogArtifact log) {
    recorded.add(log);
  }
}
