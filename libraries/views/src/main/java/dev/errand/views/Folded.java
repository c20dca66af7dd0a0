package dev.errand.views;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicPartition;

/** How far each partition has been folded, for those who wait for a record. Thread-safe. */
final class Folded {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition further = lock.newCondition();
  private final Map<TopicPartition, Long> next = new HashMap<>();

  /** All records below this offset are in the store, or were passed over for good. */
  void below(TopicPartition partition, long offset) {
    lock.lock();
    try {
      next.merge(partition, offset, Math::max);
      further.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isBelow(TopicPartition partition, long offset) {
    lock.lock();
    try {
      return next.getOrDefault(partition, 0L) >= offset;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the record at this offset; whether it has been folded in time. */
  boolean await(TopicPartition partition, long offset, Duration wait) throws InterruptedException {
    long nanos = wait.toNanos();
    lock.lockInterruptibly();
    try {
      while (next.getOrDefault(partition, 0L) <= offset) {
        if (nanos <= 0) {
          return false;
        }
        nanos = further.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
