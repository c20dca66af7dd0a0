package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An agent that writes more than a gigabyte: kept, told live in part, and paid for once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeLogSystemTest {
  private static final long CAP = 1L << 30;
  private static final int LINE = 64; // bytes with the line's end
  private static final long LINES = CAP / LINE + 1_000_000;
  private static final long MIB = 1 << 20;

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand = Deployment.start();
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("loud", repository.url(), "", "15m");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @Test
  void aGigabyteOfLogIsKeptToItsLimitWithItsEnd() {
    String prompt =
        "echo the first line; yes %s | head -n %d; seq -f 'end %%g' 1 60; exit 3"
            .formatted("x".repeat(LINE - 1), LINES);
    String task =
        Deployment.taskOf(
            errand
                .errand("cloud", "exec", "--env", "loud", "--branch", "main", prompt)
                .succeeded());
    JsonNode ended =
        await("the end of " + task)
            .atMost(Duration.ofMinutes(14))
            .pollInterval(Duration.ofSeconds(1))
            .until(
                () -> errand.tasks().task(task), it -> it.path("state").asText().equals("failed"));

    assertFailedWithTheRealEnd(ended);
    assertThat(readLog(task)).as("the kept log").isBetween(CAP, CAP + MIB);
    assertLiveLogIsShortAndSaysSo(errand.tasks().events(task));
    assertThat(peakOfMemory()).as("MiB of each process at its peak").allMatch(mib -> mib < 900);
    await("the raw log to go")
        .atMost(Duration.ofMinutes(1))
        .until(() -> sizeOf(errand.data()) < 600 * MIB);
  }

  private static void assertFailedWithTheRealEnd(JsonNode ended) {
    JsonNode failure = ended.at("/attempts/0/failure");
    assertThat(failure.path("code").asText()).as(ended.toPrettyString()).isEqualTo("AGENT_FAILED");
    List<String> lines = new ArrayList<>();
    failure.path("lastLines").forEach(line -> lines.add(line.asText()));
    assertThat(lines).hasSize(50).startsWith("end 11").endsWith("end 60");
  }

  /** Reads what `cloud logs` prints as it comes, and returns its length in bytes. */
  private long readLog(String task) {
    ProcessBuilder builder =
        new ProcessBuilder(
            Deployment.JAVA.toString(), "-Xmx128m", "-jar", cli(), "cloud", "logs", task);
    builder.environment().put("ERRAND_DATA", errand.data().toString());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = builder.start();
      long bytes = 0;
      boolean marked = false;
      String last = "";
      try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
        assertThat(reader.lines().limit(50).anyMatch("the first line"::equals)).isTrue();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          bytes += line.length() + 1;
          marked |= line.endsWith("bytes left out]");
          last = line;
        }
      }
      assertThat(process.waitFor()).isZero();
      assertThat(marked).as("the mark where something is missing").isTrue();
      assertThat(last).isEqualTo("end 60");
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String cli() {
    return SourceTree.ROOT.resolve("cli/target/cli-0.1.0.jar").toString();
  }

  private static void assertLiveLogIsShortAndSaysSo(String events) {
    assertThat(events).contains("the first line", "\"truncated\":true");
    assertThat((long) events.length()).isLessThan(CAP / 4);
  }

  private List<Long> peakOfMemory() {
    return errand.servers().values().stream().map(LargeLogSystemTest::peakOf).toList();
  }

  private static long peakOf(ProcessHandle process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(kib -> Long.parseLong(kib) / 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long sizeOf(Path folder) {
    CommandResult result =
        CommandResult.of(
            List.of("du", "-s", "-B1", folder.toString()), SourceTree.ROOT, "", Map.of());
    return Long.parseLong(result.out().split("\\s")[0]);
  }
}
