package dev.errand.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps so many tasks of one environment in flight, on a thread of its own, whatever happens to the
 * servers meanwhile. A submission that nobody answered is repeated with its key.
 */
final class Traffic implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Set<String> OVER = Set.of("ready", "failed", "cancelled", "rejected");

  private final HttpTasks tasks;
  private final String environment;
  private final String prompt;
  private final int attempts;
  private volatile int wanted;
  private final Set<String> open = ConcurrentHashMap.newKeySet();
  private final Map<String, JsonNode> ended = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("traffic").unstarted(this::run);

  Traffic(HttpTasks tasks, String environment, String prompt, int attempts, int wanted) {
    this.tasks = tasks;
    this.environment = environment;
    this.prompt = prompt;
    this.attempts = attempts;
    this.wanted = wanted;
  }

  void start() {
    thread.start();
  }

  /** From now on, so many in flight. */
  void keep(int tasksInFlight) {
    wanted = tasksInFlight;
  }

  /** The tasks that are known not to have ended. */
  Set<String> inFlight() {
    return Set.copyOf(open);
  }

  /** Everything that has ended, as it was then, by task. */
  Map<String, JsonNode> ended() {
    return Map.copyOf(ended);
  }

  private void run() {
    String key = UUID.randomUUID().toString();
    try {
      do {
        open.forEach(this::look);
        if (open.size() < wanted) {
          JsonNode task = tasks.submit(key, environment, prompt, attempts);
          if (!task.isMissingNode()) {
            open.add(task.get("id").asText());
            key = UUID.randomUUID().toString();
          }
        }
      } while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(String id) {
    JsonNode task = tasks.task(id);
    if (OVER.contains(task.path("state").asText())) {
      ended.put(id, task);
      open.remove(id);
    }
  }

  /** Submits no more; what is in flight goes on. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
