package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A task of which every run of setup and agent leaves a line in its diff.
 *
 * @param ended as it was at its end
 */
record CountedTask(String id, JsonNode ended) {
  static final String SETUP = "echo setup >> runs.txt";
  static final String AGENT = "echo agent >> runs.txt";

  /** It has a diff, made by its first run, in which each did once what it does. */
  void assertRanOnce(HttpTasks tasks) {
    assertRanOnce(ended.path("attempts").path(0), tasks.diff(id));
  }

  /** The same of any one attempt at it. */
  static void assertRanOnce(JsonNode attempt, String diff) {
    assertThat(attempt.path("state").asText()).as(attempt.toPrettyString()).isEqualTo("presented");
    assertThat(attempt.path("run").asInt()).isEqualTo(1);
    assertThat(diff.lines().filter(line -> line.matches("\\+[^+].*")))
        .containsExactly("+setup", "+agent");
  }
}
