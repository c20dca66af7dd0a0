package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.errand.standalone.Finding.ObstacleException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JsonAnswerTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @SuppressWarnings("NullAway.Init") // made before each test
  private Installation installation;

  @BeforeEach
  void install() {
    installation = new Installation(folder);
    installation.ensureFolders();
  }

  private JsonAnswer answer() {
    return new JsonAnswer(installation, stream(out), stream(err));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static JsonNode json(ByteArrayOutputStream bytes) throws IOException {
    return new ObjectMapper().readTree(bytes.toByteArray());
  }

  @Test
  void aServerThatRunsIsNamedWithItsAddress() throws IOException {
    installation.recordProcess(ProcessHandle.current());
    installation.recordUrl(URI.create("http://localhost:1"));

    int exit =
        answer()
            .tell(
                said -> {
                  said.println("Starting \"it\" ...");
                  return 0;
                });

    assertThat(exit).isZero();
    assertThat(json(out).path("state").asText()).isEqualTo("running");
    assertThat(json(out).path("url").asText()).isEqualTo("http://localhost:1");
    assertThat(json(out).path("data").asText()).isEqualTo(folder.toString());
    assertThat(err.size()).isZero();
  }

  @Test
  void stoppingWhereNothingRunsIsStopped() throws IOException {
    installation.recordUrl(URI.create("http://localhost:1")); // of a server that has ended

    int exit = answer().tell(said -> new Down(installation, said).run());

    assertThat(exit).isZero();
    assertThat(json(out).path("state").asText()).isEqualTo("stopped");
    assertThat(json(out).path("url").isNull()).isTrue();
  }

  @Test
  void anObstacleIsToldWithItsRemedy() throws IOException {
    int exit =
        answer()
            .tell(
                _ -> {
                  throw new ObstacleException(Finding.missing("folder", "it is shut", "open it"));
                });

    assertThat(exit).isEqualTo(1);
    assertThat(json(err).path("detail").asText()).isEqualTo("it is shut");
    assertThat(json(err).path("hint").asText()).isEqualTo("open it");
  }

  @Test
  void aFailureIsToldAsTheClientTellsIts() throws IOException {
    int exit =
        answer()
            .tell(
                said -> {
                  said.println("Errand did not start.");
                  said.println("  a line of its log");
                  return 1;
                });

    assertThat(exit).isEqualTo(1);
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"exitCode\":1,\"code\":null,\"detail\":\"Errand did not start.\","
                + "\"hint\":\"run `errand doctor`\",\"lastLines\":[\"a line of its log\"]}\n");
  }
}
