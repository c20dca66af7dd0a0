package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.TaskId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Clients that this project did not write read its topics and hand over a task. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignClientSystemTest {
  private static final Path SCRIPTS = Path.of("src/test/js").toAbsolutePath();

  /** What a task that succeeds leaves on its way; the other topics stay empty here. */
  private static final Set<Topic> WRITTEN =
      Set.of(
          Topic.TASKS_REQUESTED,
          Topic.TASKS_RESOLVED,
          Topic.TASKS_ADMITTED,
          Topic.TASKS_COMPLETED,
          Topic.ATTEMPTS_SUBMITTED,
          Topic.ATTEMPTS_PLACED,
          Topic.CONTAINER_CREATED,
          Topic.CHECKED_OUT,
          Topic.SET_UP,
          Topic.EXECUTED,
          Topic.ATTEMPTS_ENDED,
          Topic.NODES,
          Topic.ENVIRONMENTS,
          Topic.SCHEMAS);

  @SuppressWarnings("NullAway.Init")
  private Deployment errand;

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @BeforeAll
  void start() {
    CommandResult.of(List.of("npm", "ci", "--no-audit", "--no-fund"), SCRIPTS, "", Map.of())
        .succeeded();
    errand = Deployment.start();
    repository = ScratchRepository.withReadme();
    errand.applyEnvironment("foreign", repository.url(), "");
  }

  @AfterAll
  void end() {
    repository.delete();
    errand.close();
  }

  @Test
  void aForeignProducersTaskRunsAndAForeignConsumerReadsEveryTopic() {
    JsonNode key =
        errand
            .errand("token", "create", "robot", "--role", "producer", "--json")
            .succeeded()
            .json();
    String task = TaskId.at(Instant.now(), new Random()).value();

    script(
            "publish.mjs",
            key.get("id").asText(),
            key.get("inboxKey").asText(),
            task,
            "robot",
            "foreign",
            "echo from afar > new.txt")
        .succeeded();
    JsonNode ended = errand.awaitEnd(task);
    CommandResult everything = script("read-all.mjs").succeeded();

    assertThat(ended.get("state").asText()).as(ended.toPrettyString()).isEqualTo("ready");
    assertThat(ended.get("owner").asText()).isEqualTo("robot");
    Set<String> topics =
        everything
            .out()
            .lines()
            .map(line -> line.replaceAll(".*\"topic\":\"([^\"]+)\".*", "$1"))
            .map(name -> name.replace("nodes.local.", "nodes.*."))
            .collect(Collectors.toSet());
    assertThat(topics)
        .containsAll(WRITTEN.stream().map(Topic::pattern).collect(Collectors.toSet()));
  }

  private CommandResult script(String name, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "node",
                name,
                errand.data().resolve("server/kafka-client.properties").toString(),
                errand.url(),
                errand.data().resolve("token").toString()));
    command.addAll(List.of(arguments));
    return CommandResult.of(command, SCRIPTS, "", Map.of());
  }
}
