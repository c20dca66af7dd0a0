package dev.errand.ingest;

import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.TaskId;
import dev.errand.stage.Position;
import dev.errand.views.Views;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where a write landed, for a later read that is to see it. */
final class Positions {
  static final String HEADER = "Errand-Position";
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private Positions() {}

  /**
   * Waits, at most a second, until the views have seen what lies at the position.
   *
   * @param task whom the position is about: no view is made from the inbox, but from what admission
   *     says of it
   * @throws dev.errand.schemas.ErrandException REQUEST_INVALID when it is none
   */
  static void await(Views views, String position, TaskId task) throws InterruptedException {
    Position place = TaskAccess.parsed("position", position, Position::parse);
    if (place.topic().equals(Topic.TASKS_REQUESTED.pattern())) {
      awaitTask(views, task);
    } else {
      var _ = views.await(place.topic(), place.partition(), place.offset(), PATIENCE);
    }
  }

  private static void awaitTask(Views views, TaskId task) throws InterruptedException {
    CountDownLatch seen = new CountDownLatch(1);
    try (var _ =
        views.onChange(
            view -> {
              if (view.task().equals(task)) {
                seen.countDown();
              }
            })) {
      if (views.task(task).isEmpty()) {
        boolean _ = seen.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }
}
