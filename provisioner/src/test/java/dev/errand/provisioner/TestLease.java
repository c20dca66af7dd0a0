package dev.errand.provisioner;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.EventId;
import dev.errand.stage.Lease;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A right to work that nobody takes away. */
record TestLease(Path directory, List<Event.Progress> told) implements Lease {
  TestLease(Path directory) {
    this(directory, new CopyOnWriteArrayList<>());
  }

  @Override
  public EventId input() {
    return EventId.of(directory.toString());
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
  public void check() {}

  @Override
  public void progress(Event.Progress progress) {
    told.add(progress);
  }

  @Override
  public void log(long offset, byte[] data) {}

  @Override
  public void recorded(Event.LogArtifact log) {}
}
