package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  void aPinThatTheImageCannotGiveIsRefusedWithWhatItCan() {
    applyDocument("id: pinned\nrepository: %s\npins: {node: \"99\"}\n".formatted(repository.url()))
        .succeeded();
    CommandResult submission = errand.errand("cloud", "exec", "--env", "pinned", "true");
    JsonNode ended = errand.awaitEnd(Deployment.taskOf(submission.succeeded()));

    JsonNode failure = ended.at("/attempts/0/failure");
    assertThat(failure.path("code").asText())
        .as(ended.toPrettyString())
        .isEqualTo(FailureCode.PIN_UNAVAILABLE.name());
    assertThat(failure.path("kind").asText()).isEqualTo("user");
    assertThat(failure.path("message").asText())
        .contains("has no node 99; it has: ", "node 18.", "python 3.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quarkus.http.port",
        "errand.server.kafka.port",
        "errand.server.kafka.controller-port"
      })
  void aPortInUseIsNamed(String setting) throws IOException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "errand-busy");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> settings = new HashMap<>(freePorts());
      settings.put(setting, Integer.toString(taken.getLocalPort()));

      CommandResult result = Deployment.serve(data, settings);

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.out())
          .contains(Integer.toString(taken.getLocalPort()))
          .containsPattern("is taken|in use")
          .doesNotContain("\tat ");
    } finally {
      Folders.delete(data);
    }
  }

  @Test
  void aSecondServerOnOneDataFolderIsRefusedWithTheRemedy() {
    CommandResult result = Deployment.serve(errand.data(), freePorts());

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .contains("serves " + errand.data() + " already", "errand down", "set ERRAND_DATA")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "errand.server.foo, 1, errand.server.foo",
    "errand.server.node, A B, not 'A B'",
    "errand.server.kafka.host, a b, is no name",
    "errand.provisioner.permits, 0, errand.provisioner.permits is 1 to 96",
    "errand.ingest.public-url, example.org, names no host",
    "errand.repositories.file-roots, here, is not absolute"
  })
  void aSettingThatIsNotTakenIsNamed(String setting, String value, String says) throws IOException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "errand-set");
    try {
      Map<String, String> settings = new HashMap<>(freePorts());
      settings.put(setting, value);

      CommandResult result = Deployment.serve(data, settings);

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.out())
          .contains(says, "Perhaps you should correct " + data.resolve("errand.yaml"))
          .doesNotContain("\tat ", "Kafka is ready");
    } finally {
      Folders.delete(data);
    }
  }

  @Test
  void aServerThatStartsCanBeStopped() throws Exception {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "errand-stop");
    Installation installation = new Installation(data);
    List<String> up = new ArrayList<>(List.of(Deployment.JAVA.toString()));
    freePorts().forEach((setting, value) -> up.add("-D" + setting + "=" + value));
    up.addAll(List.of("-jar", Deployment.SERVER.toString(), "up"));
    ProcessBuilder starting =
        new ProcessBuilder(up)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    starting.environment().put("ERRAND_DATA", data.toString());
    try {
      Process waiting = starting.start();
      await("the process").until(() -> installation.process().isPresent());
      CommandResult down = program(data, "unix:///nowhere.sock", List.of(), "down");

      assertThat(down.succeeded().out()).contains("Errand has stopped");
      assertThat(waiting.waitFor()).isEqualTo(1);
      assertThat(installation.process()).isEmpty();
    } finally {
      Folders.delete(data);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:///nowhere.sock", "tcp://127.0.0.1:2375", "not a place"})
  void aMissingEngineIsNamed(String host) throws IOException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "errand-noeng");
    try {
      CommandResult result = program(data, host, List.of(), "doctor");
      assertThat(result.exited(1).out())
          .contains("MISS engine", host, "start the container engine");
    } finally {
      Folders.delete(data);
    }
  }

  @Test
  void upWithoutAnEngineWorksAndSaysWhatWaits() throws IOException {
    Path data = Files.createTempDirectory(Path.of("/tmp"), "errand-noeng");
    String nowhere = "unix:///nowhere.sock";
    List<String> settings =
        freePorts().entrySet().stream()
            .map(setting -> "-D" + setting.getKey() + "=" + setting.getValue())
            .toList();
    try {
      CommandResult up = program(data, nowhere, settings, "up");
      CommandResult down = program(data, nowhere, settings, "down");

      assertThat(up.succeeded().out())
          .contains("Errand is ready at ", "No container engine listens at " + nowhere)
          .contains("start the container engine");
      down.succeeded();
    } finally {
      Folders.delete(data);
    }
  }

  private static Map<String, String> freePorts() {
    return Map.of(
        "quarkus.http.port",
        Integer.toString(Deployment.freePort()),
        "errand.server.kafka.port",
        Integer.toString(Deployment.freePort()),
        "errand.server.kafka.controller-port",
        Integer.toString(Deployment.freePort()));
  }

  /** The server's programs, as `errand up`, `down` and `doctor` run them. */
  private static CommandResult program(
      Path data, String engine, List<String> options, String command) {
    List<String> line = new ArrayList<>(List.of(Deployment.JAVA.toString()));
    line.addAll(options);
    line.addAll(List.of("-jar", Deployment.SERVER.toString(), command));
    return CommandResult.of(
        line, data, "", Map.of("ERRAND_DATA", data.toString(), "DOCKER_HOST", engine));
  }

  private CommandResult applyDocument(String document) {
    return errand.errandWith(document, SourceTree.ROOT, "env", "apply", "-f", "-");
  }
}
