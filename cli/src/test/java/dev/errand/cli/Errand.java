package dev.errand.cli;

import dev.errand.cli.session.Surroundings;
import dev.errand.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** The command as a test runs it: in this process, with streams that are kept. */
final class Errand {
  private final Map<String, String> environment = new HashMap<>();
  private final Path directory;
  private Terminal.People people = Terminal.People.NONE;
  private String input = "";
  private InstantSource clock = InstantSource.system();

  Errand(Path directory) {
    this.directory = directory;
  }

  Errand(Path directory, FakeServer server) {
    this(directory);
    environment.put("ERRAND_SERVER", server.url());
    environment.put("ERRAND_TOKEN", FakeServer.TOKEN);
  }

  /** What the command left behind. */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  record Outcome(int exit, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  Errand with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Errand atTerminal() {
    people = new Terminal.People(true, true, true, true);
    return this;
  }

  Errand typing(String text) {
    input = text;
    return this;
  }

  /** Time that passes only while the command pauses. */
  Errand withQuickPauses() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    clock = now::get;
    pause = duration -> now.updateAndGet(time -> time.plus(duration));
    return this;
  }

  private dev.errand.cli.server.Follower.Pause pause = Thread::sleep; // between reconnections

  Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit = program(out, err).run(arguments);
    return new Outcome(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  /** The program itself, to look at its commands. */
  Program program() {
    return program(new ByteArrayOutputStream(), new ByteArrayOutputStream());
  }

  private Program program(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            people,
            Terminal.DEFAULT_COLUMNS,
            prompt -> input.toCharArray());
    Surroundings surroundings =
        new Surroundings(terminal, environment, directory, directory, clock, pause);
    return new Program(surroundings);
  }
}
