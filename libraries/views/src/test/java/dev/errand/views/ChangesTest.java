package dev.errand.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangesTest {
  private final Changes changes = new Changes();

  @AfterEach
  void close() {
    changes.close();
  }

  private static TaskView view(int task, int second) {
    return TaskView.of(
            Sample.admitted(Sample.task(task), 1), new Origin(0, Sample.NOW.plusSeconds(second)))
        .orElseThrow();
  }

  @Test
  void aSlowListenerHoldsUpNobodyAndIsToldTheNewest() throws Exception {
    // Given a listener that is stuck in its first change
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<TaskView> told = new CopyOnWriteArrayList<>();
    changes.subscribe(
        view -> {
          told.add(view);
          stuck.countDown();
          awaitUninterruptibly(goOn);
        });
    changes.add(view(1, 0));
    stuck.await();

    // When far more changes come than may wait, the last of them of one task
    for (int task = 2; task < 20_000; task++) {
      changes.add(view(task, 0));
    }
    changes.add(view(30_000, 1));
    changes.add(view(30_000, 2));
    goOn.countDown();

    // Then all of them were taken at once, and of the one task only the newest is told
    await().until(() -> told.contains(view(30_000, 2)));
    assertThat(told).doesNotContain(view(30_000, 1)).hasSizeLessThan(20_000);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aBrokenListenerHoldsUpNoOther() {
    AtomicInteger told = new AtomicInteger();
    changes.subscribe(
        _ -> {
          throw new IllegalStateException("broken");
        });
    Views.Subscription other = changes.subscribe(_ -> told.incrementAndGet());

    changes.add(view(1, 0));
    await().until(() -> told.get() == 1);

    other.close();
    changes.add(view(2, 0));
    assertThat(told).hasValue(1);
  }
}
