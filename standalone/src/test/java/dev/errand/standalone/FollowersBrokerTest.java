package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Followers wait without holding anything that others need, and are not forgotten when gone. */
@QuarkusTest
@QuarkusTestResource(FrontDoorOnly.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FollowersBrokerTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @SuppressWarnings("NullAway.Init")
  private ScratchRepository repository;

  @SuppressWarnings("NullAway.Init")
  private Door admin;

  @SuppressWarnings("NullAway.Init")
  private String task;

  @BeforeAll
  void submit() {
    admin = Door.admin();
    repository = ScratchRepository.withReadme();
    Door.applyEnvironment("followed", repository);
    Door.Answer answer = admin.post("/api/v1/tasks", Door.submission("followed", "true"));
    task = answer.json().path("id").asText();
  }

  @AfterAll
  void end() {
    repository.delete();
  }

  /** One open stream. */
  private record Follower(HttpResponse<InputStream> response, BufferedReader reader)
      implements AutoCloseable {
    int status() {
      return response.statusCode();
    }

    /** The next line that says something. */
    String line() {
      try {
        String line = reader.readLine();
        while (line != null && line.isEmpty()) {
          line = reader.readLine();
        }
        return String.valueOf(line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Follower follow(String followed, String what) {
    try {
      HttpResponse<InputStream> response =
          Door.CLIENT.send(
              admin
                  .request("/api/v1/tasks/" + followed + "/" + what)
                  .header("Accept", "text/event-stream")
                  .build(),
              BodyHandlers.ofInputStream());
      return new Follower(
          response,
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFullHouseIsRefusedBeforeTheStreamAndHoldsUpNobodyElse() {
    long consumers = consumers();
    List<Follower> followers = new ArrayList<>();
    try {
      for (int i = 0; i < FrontDoorOnly.MAX_FOLLOWERS; i++) {
        Follower follower = follow(task, i % 2 == 0 ? "events" : "logs?follow=true");
        followers.add(follower);
        assertThat(follower.status()).isEqualTo(200);
        assertThat(follower.line()).isEqualTo(": errand");
      }

      Door.Answer refused =
          Door.send(
              admin
                  .request("/api/v1/tasks/" + task + "/events")
                  .header("Accept", "text/event-stream"));

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
      assertThat(refused.json().path("code").asText()).isEqualTo("FOLLOWERS_FULL");
      assertThat(refused.json().path("hint").asText()).isNotBlank();
      assertThat(refused.header("Retry-After")).isEqualTo("5");
      assertThat(platformThreadsThatFollow()).isEmpty();
      assertThat(admin.get("/api/v1/tasks").status()).isEqualTo(200);
      assertThat(consumers() - consumers).isEqualTo(FrontDoorOnly.MAX_FOLLOWERS / 2);
    } finally {
      followers.forEach(Follower::close);
    }
    await("the consumers of the followers who went to be closed")
        .atMost(SOON)
        .until(() -> consumers() == consumers);
    try (Follower next = follow(task, "logs?follow=true")) {
      assertThat(next.status()).isEqualTo(200);
    }
  }

  @Test
  void aFollowerOfEventsHearsOfEveryChangeUntilTheEnd() {
    Door.Answer answer = admin.post("/api/v1/tasks", Door.submission("followed", "true"));
    String own = answer.json().path("id").asText();
    try (Follower follower = follow(own, "events")) {
      assertThat(event(follower)).contains("\"state\":\"queued\"");

      admin.post("/api/v1/tasks/" + own + "/cancel", "");

      String last = event(follower);
      while (!last.equals("data: {\"state\":\"cancelled\"}")) {
        assertThat(last).contains("\"id\":\"" + own + "\"");
        last = event(follower);
      }
      assertThat(follower.line()).as("the stream's end").isEqualTo("null");
    }
  }

  /** The next event's data; comments are left out. */
  private static String event(Follower follower) {
    return Stream.generate(follower::line)
        .filter(line -> line.startsWith("data: ") || line.equals("null"))
        .findFirst()
        .orElseThrow();
  }

  /** Platform threads that wait in one of our followers; virtual ones are not in the dump. */
  private static List<String> platformThreadsThatFollow() {
    return Arrays.stream(ManagementFactory.getThreadMXBean().dumpAllThreads(false, false))
        .filter(FollowersBrokerTest::follows)
        .map(ThreadInfo::getThreadName)
        .toList();
  }

  private static boolean follows(ThreadInfo thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().startsWith("dev.errand.ingest."));
  }

  private static long consumers() {
    try {
      return ManagementFactory.getPlatformMBeanServer()
          .queryNames(new ObjectName("kafka.consumer:type=consumer-metrics,client-id=*"), null)
          .size();
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }
}
