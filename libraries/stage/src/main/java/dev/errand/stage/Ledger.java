package dev.errand.stage;

import dev.errand.schemas.Event;
import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.AttemptId;
import dev.errand.schemas.ids.NodeName;
import dev.errand.schemas.ids.RunId;
import dev.errand.schemas.wire.UnreadableFactException;
import dev.errand.schemas.wire.Wire;
import dev.errand.stage.follow.Follower;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who owns which run, which runs are over and which have their boxes on this node: {@code
 * attempts.placed}, {@code attempts.ended} and the node's {@code container-created}, read from
 * their beginnings and followed. For each run the first fact by offset is the truth. Safe for any
 * thread.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  private static final List<Topic> FOLLOWED =
      List.of(Topic.ATTEMPTS_PLACED, Topic.ATTEMPTS_ENDED, Topic.CONTAINER_CREATED);

  private final Wire wire;
  private final Map<RunId, NodeName> owners = new ConcurrentHashMap<>();
  private final Set<RunId> ended = ConcurrentHashMap.newKeySet();
  private final Set<RunId> presented = ConcurrentHashMap.newKeySet();
  private final Set<RunId> boxed = ConcurrentHashMap.newKeySet();
  private final Map<AttemptId, RunId> newest = new ConcurrentHashMap<>();
  private final List<Consumer<Event.AttemptEnded>> endListeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<RunId>> newsListeners = new CopyOnWriteArrayList<>();
  private final Follower follower;

  private Ledger(KafkaConnection connection, Wire wire, NodeName node) {
    this.wire = wire;
    this.follower =
        Follower.of(
            connection.with(Map.of()),
            FOLLOWED.stream().map(topic -> topic.on(node)).toList(),
            this::apply);
  }

  /** Starts to read; it is not to be believed before {@link #awaitCaughtUp}. */
  public static Ledger follow(KafkaConnection connection, Wire wire, NodeName node) {
    return new Ledger(connection, wire, node);
  }

  /** Whether the run has ended, or a newer run of its attempt is known. */
  public boolean isOver(RunId run) {
    RunId known = newest.get(run.attempt());
    return ended.contains(run) || (known != null && known.supersedes(run));
  }

  /** Whether the run has ended with a diff, and no newer run of its attempt is known. */
  public boolean isPresented(RunId run) {
    return presented.contains(run) && run.equals(newest.get(run.attempt()));
  }

  /** Whether the work on a journal's key is over; what is no run is over when it was journaled. */
  boolean isOver(String journalKey) {
    try {
      return isOver(RunId.parse(journalKey));
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  /** The node whose claim was first; empty when none has asked. */
  public Optional<NodeName> owner(RunId run) {
    return Optional.ofNullable(owners.get(run));
  }

  /** The runs that this node owns and that are not over. */
  public List<RunId> liveOn(NodeName node) {
    return owners.entrySet().stream()
        .filter(owner -> owner.getValue().equals(node))
        .map(Map.Entry::getKey)
        .filter(run -> !isOver(run))
        .toList();
  }

  /** Whether a container has been created for the run on the followed node. */
  public boolean hasBox(RunId run) {
    return boxed.contains(run);
  }

  /** Calls the listener for each first end of a run, on the reading thread: be quick. */
  public void onEnded(Consumer<Event.AttemptEnded> listener) {
    endListeners.add(listener);
  }

  /** Calls the listener for each run whose end, or whose being the newest, has just been read. */
  void onNews(Consumer<RunId> listener) {
    newsListeners.add(listener);
  }

  /** False when what was in the topics at the start has not been read in time. */
  public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
    return follower.awaitCaughtUp(patience);
  }

  /** False when the fact at the position has not been read in time. */
  public boolean await(Position position, Duration patience) throws InterruptedException {
    return follower.await(
        new TopicPartition(position.topic(), position.partition()), position.offset(), patience);
  }

  private void apply(ConsumerRecord<byte[], byte[]> entry) {
    Topic topic = Topic.named(entry.topic()).orElseThrow();
    try {
      Event fact = entry.value() == null ? null : wire.decode(topic, entry.value());
      if (fact instanceof Event.AttemptPlaced placed) {
        owners.putIfAbsent(placed.run(), placed.node());
        saw(placed.run());
      } else if (fact instanceof Event.ContainerCreated created) {
        boxed.add(created.run());
      } else if (fact instanceof Event.AttemptEnded end) {
        boolean first = ended.add(end.run());
        if (first && end.outcome() instanceof Event.Outcome.Presented) {
          presented.add(end.run());
        }
        saw(end.run());
        if (first) {
          newsListeners.forEach(listener -> listener.accept(end.run()));
          endListeners.forEach(listener -> listener.accept(end));
        }
      }
    } catch (UnreadableFactException e) {
      LOG.error("Left out {} {}: {}", topic.pattern(), entry.offset(), e.getMessage());
    }
  }

  private void saw(RunId run) {
    RunId before = newest.get(run.attempt());
    if (before == null || run.supersedes(before)) {
      newest.put(run.attempt(), run); // one writer: the reading thread
      newsListeners.forEach(listener -> listener.accept(run));
    }
  }

  @Override
  public void close() {
    follower.close();
  }
}
