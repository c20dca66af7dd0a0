package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.artifacts.DiskReserve;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineFacts;
import dev.errand.sandbox.EngineSettings;
import dev.errand.sandbox.FakeEngine;
import dev.errand.sandbox.FakeEngine.Answer;
import dev.errand.schemas.Failure;
import dev.errand.schemas.FailureCode;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a node knows what keeps it from its work, with engines and boxes of all kinds. */
final class NodeFitnessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir private Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final AtomicReference<Optional<Failure>> shown = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Answer> answer = new AtomicReference<>(version("20.10"));
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger ends = new AtomicInteger();

  private NodeFitness fitness(Engine engine) {
    var probe =
        new NodeFitness.Probe() {
          @Override
          public Optional<Failure> look(EngineFacts facts) {
            looks.incrementAndGet();
            return shown.get();
          }

          @Override
          public boolean hasSeen() {
            return true;
          }

          @Override
          public void end() {
            ends.incrementAndGet();
          }
        };
    return new NodeFitness(engine, DiskReserve.of(folder, 0), probe, now::get);
  }

  private static Answer version(String version) {
    return new Answer(200, "{\"ServerVersion\":\"%s\"}".formatted(version));
  }

  private FakeEngine answering() {
    return new FakeEngine(folder.resolve("engine.sock"), _ -> answer.get());
  }

  private static void awaitLooks(AtomicInteger looks, int atLeast) {
    await().atMost(PATIENCE).until(() -> looks.get() >= atLeast);
  }

  @Test
  void anEngineThatHangsBreaksDrawsOff() throws Exception {
    Path socket = folder.resolve("engine.sock");
    AtomicInteger brokenOff = new AtomicInteger();
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      try (Engine engine =
              Engine.open(
                  new EngineSettings(URI.create("unix://" + socket), Duration.ofMinutes(5)));
          NodeFitness fitness = fitness(engine)) {
        fitness.start(brokenOff::incrementAndGet);
        silent.accept().close(); // the first look gets an error, and the second hangs
        silent.accept();
        int before = brokenOff.get();

        now.set(Instant.EPOCH.plusSeconds(21));

        await().atMost(PATIENCE).until(() -> brokenOff.get() > before);
        assertThat(fitness.lack().orElseThrow().code()).isEqualTo(FailureCode.ENGINE_UNAVAILABLE);
        assertThat(fitness.lack().orElseThrow().message()).contains("has not answered since");
        assertThat(looks).hasValue(0);
      }
    }
  }

  @Test
  void attemptsWaitUntilABoxHasShownThatTheRulesHold() {
    Failure broken = Failure.of(FailureCode.ENGINE_FAILED, "its system calls are not filtered");
    shown.set(Optional.of(broken));
    try (FakeEngine fake = answering();
        Engine engine = Engine.open(fake.settings());
        NodeFitness fitness = fitness(engine)) {
      assertThat(fitness.lack()).isPresent();
      fitness.start(() -> {});
      await().atMost(PATIENCE).until(() -> fitness.lack().equals(Optional.of(broken)));
      assertThat(looks).hasValue(1);
      shown.set(Optional.empty());

      now.set(Instant.EPOCH.plusSeconds(31));

      await().atMost(PATIENCE).until(() -> fitness.lack().isEmpty());
      awaitLooks(ends, 2);
      assertThat(looks).hasValue(2);
    }
  }

  @Test
  void anEngineThatComesBackAsAnotherIsTriedAnew() {
    try (FakeEngine fake = answering();
        Engine engine = Engine.open(fake.settings());
        NodeFitness fitness = fitness(engine)) {
      fitness.start(() -> {});
      awaitLooks(ends, 1);
      answer.set(new Answer(503, "{}"));
      await().atMost(PATIENCE).until(() -> fitness.lack().isPresent());

      answer.set(version("28.0"));

      awaitLooks(looks, 2);
      await().atMost(PATIENCE).until(() -> fitness.lack().isEmpty());
    }
  }
}
