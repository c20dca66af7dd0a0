package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.errand.artifacts.DiskReserve;
import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineSettings;
import dev.errand.schemas.FailureCode;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a node knows what keeps it from its work, with an engine that takes calls in silence. */
final class NodeFitnessTest {
  @TempDir private Path folder;

  @Test
  void anEngineThatHangsBreaksDrawsOff() throws Exception {
    Path socket = folder.resolve("engine.sock");
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    AtomicInteger brokenOff = new AtomicInteger();
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      try (Engine engine =
              Engine.open(
                  new EngineSettings(URI.create("unix://" + socket), Duration.ofMinutes(5)));
          NodeFitness fitness = new NodeFitness(engine, DiskReserve.of(folder, 0), now::get)) {
        fitness.start(brokenOff::incrementAndGet);
        silent.accept().close(); // the first look gets an error, and the second hangs
        silent.accept();
        int before = brokenOff.get();

        now.set(Instant.EPOCH.plusSeconds(21));

        await().atMost(Duration.ofSeconds(10)).until(() -> brokenOff.get() > before);
        assertThat(fitness.lack().orElseThrow().code()).isEqualTo(FailureCode.ENGINE_UNAVAILABLE);
        assertThat(fitness.lack().orElseThrow().message()).contains("has not answered since");
      }
    }
  }
}
