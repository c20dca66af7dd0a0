package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.errand.sandbox.PhaseSpec.Kind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A box outlives its watchers: whoever opens it next goes on, without loss and without a repeat.
 */
class HandOverDockerTest {
  private static final int LINES = 300;
  private static final String LINE = "a line of the phase, with its number: ";
  private static final String SCRIPT =
      "echo started >> /root/starts; for i in $(seq %d); do echo '%s'$i; sleep 0.01; done; exit 9"
          .formatted(LINES, LINE);

  private final Lab lab = new Lab();
  @TempDir Path folder;
  private Path output;
  private Box box;

  @BeforeEach
  void open() {
    output = folder.resolve("output");
    box = lab.box();
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private static String whole() {
    return IntStream.rangeClosed(1, LINES)
        .mapToObj(i -> LINE + i + "\n")
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIFF") // it has no seq and no sleep
  void aKilledWorkersPhaseGoesOnUnderTheNext(Kind kind) throws Exception {
    PhaseSpec phase = Lab.phase("watched", kind, SCRIPT);
    Process worker = WatcherProcess.start(lab, box, phase, output);
    await("the first worker watches")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(output) && Files.size(output) > 500);
    worker.destroyForcibly().waitFor(); // SIGKILL

    PhaseResult result;
    try (BoxSession session = lab.boxes().open(box)) {
      result = session.run(phase, WatcherProcess.keptIn(output));
    }

    assertThat(result).isEqualTo(new PhaseResult(9, false, false));
    assertThat(Files.readString(output)).isEqualTo(whole());
    assertThat(lab.run(box, Kind.VERIFY, "wc -l < /root/starts").output()).isEqualTo("1\n");
  }

  @Test
  void aWorkerThatWasKilledAfterTheEndFindsTheEnd() throws Exception {
    PhaseSpec phase = Lab.phase("short", Kind.AGENT, "echo started >> /root/starts; exit 5");
    Process worker = WatcherProcess.start(lab, box, phase, output);
    await("the phase has ended and its worker waits no more")
        .atMost(Duration.ofSeconds(60))
        .until(() -> !worker.isAlive() || Files.exists(output));
    worker.destroyForcibly().waitFor();

    Lab.Ended found = lab.run(box, phase);

    assertThat(found.exitCode()).isEqualTo(5);
    assertThat(lab.run(box, Kind.VERIFY, "wc -l < /root/starts").output()).isEqualTo("1\n");
  }

  @Test
  void theLaterSessionHasTheBoxAndTheEarlierSeesItsEnd() throws Exception {
    PhaseSpec phase = Lab.phase("contended", Kind.AGENT, SCRIPT);
    CountDownLatch watching = new CountDownLatch(1);
    AtomicLong seen = new AtomicLong();
    CompletableFuture<PhaseResult> earlier =
        CompletableFuture.supplyAsync(
            () -> {
              try (BoxSession session = lab.boxes().open(box)) {
                return session.run(
                    phase,
                    (offset, data) -> {
                      WatcherProcess.keptIn(output).accept(offset, data);
                      seen.set(offset + data.length);
                      watching.countDown();
                    });
              } catch (InterruptedException taken) {
                throw new IllegalStateException("taken", taken);
              }
            });
    watching.await();

    PhaseResult result;
    try (BoxSession session = lab.boxes().open(box)) {
      result = session.run(phase, WatcherProcess.keptIn(output));
    }

    assertThat(result.exitCode()).isEqualTo(9);
    assertThat(Files.readString(output)).isEqualTo(whole());
    assertThatThrownBy(earlier::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(InterruptedException.class);
    assertThat(seen.get()).isLessThan(whole().length());
  }

  @Test
  void aPhaseThatNobodyWatchesWaitsWhenItsOutputIsFull() throws Exception {
    PhaseSpec phase =
        Lab.phase(
            "flood",
            Kind.AGENT,
            "for i in $(seq 64); do head -c 65536 /dev/zero; done; echo $SECONDS");
    try (BoxSession session = lab.boxes().open(box)) {
      assertThatThrownBy(
              () ->
                  session.run(
                      phase,
                      (offset, data) -> {
                        throw new IOException("no room");
                      }))
          .hasMessageContaining("no room");
    }
    AtomicLong next = new AtomicLong();

    PhaseResult result;
    try (BoxSession session = lab.boxes().open(box)) {
      result =
          session.run(
              phase,
              (offset, data) -> {
                assertThat(offset).isEqualTo(next.get());
                next.addAndGet(data.length);
              });
    }

    assertThat(result.exitCode()).isZero();
    assertThat(next.get()).isGreaterThan(64 * 65_536L);
  }

  @Test
  void aPhaseReachesItsProxySocketAndNoOther() throws Exception {
    Path socket = lab.boxes().socket(box, "setup.sock");
    try (ServerSocketChannel proxy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      proxy.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
      CompletableFuture<String> asked = CompletableFuture.supplyAsync(() -> answer(proxy));

      Lab.Ended with =
          lab.run(
              box,
              new PhaseSpec(
                  "with",
                  Kind.SETUP,
                  "curl -s http://example.test/path",
                  "/tmp",
                  Map.of(),
                  Map.of(),
                  "setup.sock",
                  Duration.ofSeconds(30)));
      Lab.Ended without =
          lab.run(box, Kind.AGENT, "env | grep -ci proxy; curl -s http://127.0.0.1:3128; echo $?");

      assertThat(with.output()).isEqualTo("through");
      assertThat(asked.get()).startsWith("GET http://example.test/path HTTP/1.1\r\n");
      assertThat(without.output()).isEqualTo("0\n7\n"); // 7: could not connect
    }
  }

  private static String answer(ServerSocketChannel proxy) {
    try (SocketChannel connection = proxy.accept()) {
      ByteBuffer request = ByteBuffer.allocate(4096);
      connection.read(request);
      String response = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nthrough";
      connection.write(ByteBuffer.wrap(response.getBytes(StandardCharsets.US_ASCII)));
      return new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII);
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }
}
