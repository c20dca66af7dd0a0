package dev.errand.views;

import dev.errand.schemas.Topic;
import dev.errand.schemas.ids.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * What every topology that folds tasks is made of: the sources, the store of views, its limits. All
 * topics have the same number of partitions, so a task's facts meet in one stream task without
 * being written again; nothing here may ever repartition.
 */
public final class TaskFold {
  /** The store of views, by task id. */
  public static final String STORE = "tasks";

  /** What {@link TaskView#of} makes something of. */
  public static final Set<Topic> TOPICS =
      Set.copyOf(
          EnumSet.of(
              Topic.TASKS_ADMITTED,
              Topic.TASKS_REJECTED,
              Topic.TASKS_CANCEL_REQUESTED,
              Topic.TASKS_COMPLETED,
              Topic.TURNS_REQUESTED,
              Topic.ATTEMPTS_SUBMITTED,
              Topic.ATTEMPTS_PLACED,
              Topic.CONTAINER_CREATED,
              Topic.CHECKED_OUT,
              Topic.SET_UP,
              Topic.EXECUTED,
              Topic.ATTEMPTS_ENDED,
              Topic.ATTEMPTS_PROGRESSED));

  /** How often {@link #purge} is due. */
  public static final Duration PURGE_INTERVAL = Duration.ofHours(1);

  /** A view outlives the last of its task's facts by a week, and then goes too. */
  private static final Duration MAX_AGE = Topic.Keep.LIFECYCLE.retention().plusDays(7);

  /** At most so many are purged at once: some milliseconds of the stream thread. */
  private static final int MAX_PURGED = 1_000;

  private static final String SHARED_SOURCE = "read-tasks";
  private static final String NODE_SOURCE = "read-nodes-tasks";

  private TaskFold() {}

  /** Adds sources for all of {@link #TOPICS}, of every node there is or will be. */
  public static void addSources(Topology topology) {
    topology.addSource(
        SHARED_SOURCE,
        TOPICS.stream().filter(t -> !t.isOfNode()).map(Topic::pattern).toArray(String[]::new));
    topology.addSource(NODE_SOURCE, nodeTopics());
  }

  /** The names of the sources that {@link #addSources} adds. */
  public static String[] sources() {
    return new String[] {SHARED_SOURCE, NODE_SOURCE};
  }

  private static Pattern nodeTopics() {
    return Pattern.compile(
        TOPICS.stream()
            .filter(Topic::isOfNode)
            .map(t -> Pattern.quote(t.pattern()).replace("*", "\\E[a-z0-9-]{1,40}\\Q"))
            .collect(Collectors.joining("|")));
  }

  /** Whether records of the topic with this name reach a view. */
  static boolean reads(String topicName) {
    return Topic.named(topicName).filter(TOPICS::contains).isPresent();
  }

  /** The store, on disk, backed by a topic of its own. */
  public static StoreBuilder<KeyValueStore<String, TaskView>> store() {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(STORE), Serdes.String(), views());
  }

  private static Serde<TaskView> views() {
    return Serdes.serdeFrom((_, view) -> ViewCodec.encode(view), new ViewOrNone());
  }

  /** A query asks every partition, and most of them have nothing. */
  private static final class ViewOrNone implements Deserializer<TaskView> {
    @Override
    public @Nullable TaskView deserialize(String topic, byte @Nullable [] bytes) {
      return bytes == null ? null : ViewCodec.decode(bytes);
    }
  }

  /** Deletes what is kept by id of tasks whose facts are no longer; a bounded number at once. */
  public static <V> void purge(KeyValueStore<String, V> store, Instant now) {
    TaskId youngest = TaskId.at(now.minus(MAX_AGE), new SplittableRandom(0));
    try (KeyValueIterator<String, V> old = store.range(null, youngest.value())) {
      for (int i = 0; i < MAX_PURGED && old.hasNext(); i++) {
        store.delete(old.next().key);
      }
    }
  }
}
