package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.EventId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A right to work that nobody takes away; it keeps what it is told. */
public final class TestLease implements Lease {
  private final Path directory;
  private final List<Event.Progress> told = new CopyOnWriteArrayList<>();
  private final List<Event.LogArtifact> recorded = new CopyOnWriteArrayList<>();
  private final List<String> live = new CopyOnWriteArrayList<>();

  public TestLease(Path directory) {
    this.directory = directory;
  }

  /** All progress, in its order. */
  public List<Event.Progress> told() {
    return List.copyOf(told);
  }

  /** All logs that were said to be durable. */
  public List<Event.LogArtifact> recorded() {
    return List.copyOf(recorded);
  }

  /** The live log. */
  public String live() {
    return String.join("", live);
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
  public Path directory() {
    return directory;
  }

  @Override
  public void check() {}

  @Override
  public void progress(Event.Progress progress) {
    told.add(progress);
  }

  @Override
  public void log(long offset, byte[] data) {
    live.add(new String(data, StandardCharsets.UTF_8));
  }

  @Override
  public void recorded(Event.LogArtifact log) {
    recorded.add(log);
  }
}
