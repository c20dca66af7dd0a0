package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Each mistake that a user can make is answered with what is wrong and what to do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputSystemTest {
  private static final int USAGE = 2;
  private static final int NOT_FOUND = 3;
  private static final int NOT_ALLOWED = 4;
  private static final int UNREACHABLE = 6;

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    errand = Deployment.start();
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("web", repository.url(), "");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @Test
  void anUnknownEnvironmentIsNotFound() {
    CommandResult result = errand.errand("cloud", "exec", "--env", "nowhere", "true");
    assertThat(result.exited(NOT_FOUND).err()).contains("nowhere", "perhaps you should");
  }

  @Test
  void anEmptyPromptIsRefused() {
    CommandResult result =
        errand.errandWith("", SourceTree.ROOT, "cloud", "exec", "--env", "web", "-");
    assertThat(result.exited(USAGE).err()).containsIgnoringCase("prompt");
  }

  @Test
  void aPromptOfOneMegabyteIsRefused() {
    String prompt = "x".repeat(1 << 20);
    CommandResult result =
        errand.errandWith(prompt, SourceTree.ROOT, "cloud", "exec", "--env", "web", "-");
    assertThat(result.exited(USAGE).err()).contains("REQUEST_TOO_LARGE", "1 MiB");
  }

  @Test
  void attemptsAreOneToFour() {
    for (String attempts : List.of("0", "5", "many")) {
      CommandResult result =
          errand.errand("cloud", "exec", "--env", "web", "--attempts", attempts, "true");
      assertThat(result.exited(USAGE).err()).containsIgnoringCase("attempts");
    }
  }

  @Test
  void malformedYamlIsRefusedWithItsPlace() {
    CommandResult result = applyDocument("id: web\nrepository: [\n");
    assertThat(result.exited(USAGE).err()).containsPattern("[:line ]+[23]\\b");
  }

  @Test
  void anUnknownKeyIsRefusedWithTheKeyThatWasMeant() {
    CommandResult result =
        applyDocument("id: web\nrepository: %s\nsetupp: auto\n".formatted(repository.url()));
    assertThat(result.exited(USAGE).err()).contains("setupp", "setup");
  }

  @Test
  void anInvalidIdIsRefused() {
    assertThat(applyDocument("id: Not An Id\nrepository: https://h/r\n").exited(USAGE).err())
        .contains("id");
    assertThat(errand.errand("cloud", "status", "no-such-id").exitCode()).isIn(USAGE, NOT_FOUND);
    assertThat(errand.errand("cloud", "status", "01ARZ3NDEKTSV4RRFFQ69G5FAV").exitCode())
        .isEqualTo(NOT_FOUND);
  }

  @Test
  void aWrongTokenIsNotAllowed() {
    CommandResult result = errand.errand("--token", "errand_nobody_nothing", "cloud", "list");
    assertThat(result.exited(NOT_ALLOWED).err()).containsIgnoringCase("token");
  }

  @Test
  void aServerThatIsNotThereIsNamedWithItsRemedy() {
    String nowhere = "http://localhost:" + Deployment.freePort();
    CommandResult result = errand.errand("--server", nowhere, "cloud", "list");
    assertThat(result.exited(UNREACHABLE).err()).contains("errand up");
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "errand-busy");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandResult result =
          Deployment.serve(
              data,
              Map.of(
                  "quarkus.http.port",
                  "0",
                  "errand.server.kafka.port",
                  Integer.toString(taken.getLocalPort()),
                  "errand.server.kafka.controller-port",
                  Integer.toString(Deployment.freePort())));
      assertThat(result.exitCode()).isNotZero();
      assertThat(result.out()).contains(Integer.toString(taken.getLocalPort()), "is taken");
    } finally {
      Folders.delete(data);
    }
  }

  @Test
  void aMissingEngineIsNamed() throws IOException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "errand-noeng");
    try {
      CommandResult result =
          CommandResult.of(
              List.of(Deployment.JAVA.toString(), "-jar", Deployment.SERVER.toString(), "doctor"),
              data,
              "",
              Map.of("ERRAND_DATA", data.toString(), "DOCKER_HOST", "unix:///nowhere.sock"));
      assertThat(result.exited(1).out()).contains("MISS engine", "start the container engine");
    } finally {
      Folders.delete(data);
    }
  }

  private CommandResult applyDocument(String document) {
    return errand.errandWith(document, SourceTree.ROOT, "env", "apply", "-f", "-");
  }
}
