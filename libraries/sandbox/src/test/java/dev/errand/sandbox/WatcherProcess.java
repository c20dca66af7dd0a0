package dev.errand.sandbox;

import dev.errand.sandbox.PhaseSpec.Kind;
import dev.errand.schemas.ids.BoxId;
import dev.errand.schemas.ids.NodeName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A worker in a process of its own, made to be killed: runs one phase, keeps its output. */
final class WatcherProcess {
  private WatcherProcess() {}

  static Process start(Lab lab, Box box, PhaseSpec phase, Path output) throws IOException {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            WatcherProcess.class.getName());
    List<String> arguments =
        List.of(
            lab.installation(),
            lab.root().toString(),
            box.id().value(),
            phase.id(),
            phase.kind().name(),
            phase.script(),
            output.toString());
    return new ProcessBuilder(Stream.concat(java.stream(), arguments.stream()).toList())
        .inheritIO()
        .start();
  }

  public static void main(String[] arguments) throws InterruptedException {
    Engine engine = Engine.connect(EngineSettings.of(System.getenv()));
    BoxesSettings settings =
        BoxesSettings.of(arguments[0], new NodeName("local"), Path.of(arguments[1]));
    Boxes boxes = new Boxes(engine, settings);
    Box box = boxes.find(new BoxId(arguments[2])).orElseThrow();
    BoxSession session = boxes.open(box);
    session.run(
        Lab.phase(arguments[3], Kind.valueOf(arguments[4]), arguments[5]),
        keptIn(Path.of(arguments[6])));
  }

  /** Writes each chunk at its offset: what comes twice lies there once. */
  static BoxSession.OutputSink keptIn(Path file) {
    return (offset, data) -> {
      try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
        open.seek(offset);
        open.write(data);
      }
    };
  }
}
