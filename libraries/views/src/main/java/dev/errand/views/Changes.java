package dev.errand.views;

import dev.errand.schemas.ids.TaskId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners about changed tasks on a thread of its own, so that none of them ever holds up
 * the fold. Of several changes of one task only the newest view waits to be told.
 */
final class Changes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

  /** Tasks that wait to be told; beyond it the oldest is dropped, as its listener is too slow. */
  private static final int MAX_WAITING = 10_000;

  private static final long DROPS_PER_WARNING = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LinkedHashMap<TaskId, TaskView> waiting = new LinkedHashMap<>();
  private long dropped; // guarded by lock
  private final List<Consumer<TaskView>> listeners = new CopyOnWriteArrayList<>();
  private final Thread teller = Thread.ofVirtual().name("errand-views-changes").start(this::tell);

  Views.Subscription subscribe(Consumer<TaskView> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Never blocks. The view is in the store already. */
  void add(TaskView view) {
    if (listeners.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      waiting.put(view.task(), view);
      if (waiting.size() > MAX_WAITING) {
        waiting.pollFirstEntry();
        if (dropped++ % DROPS_PER_WARNING == 0) {
          LOG.warn("listeners are too slow: {} changes have not been told", dropped);
        }
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void tell() {
    try {
      while (true) {
        TaskView view = next();
        listeners.forEach(listener -> tell(listener, view));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private TaskView next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Map.@Nullable Entry<TaskId, TaskView> eldest = waiting.pollFirstEntry();
      while (eldest == null) {
        changed.await();
        eldest = waiting.pollFirstEntry();
      }
      return eldest.getValue();
    } finally {
      lock.unlock();
    }
  }

  private static void tell(Consumer<TaskView> listener, TaskView view) {
    try {
      listener.accept(view);
    } catch (RuntimeException e) {
      LOG.error("a listener broke on a change of {}", view.task(), e);
    }
  }

  @Override
  public void close() {
    teller.interrupt();
  }
}
