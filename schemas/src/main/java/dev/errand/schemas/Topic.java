package dev.errand.schemas;

import dev.errand.schemas.ids.NodeName;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The catalogue: every topic, the one fact that lies on it, and how long it stays. Topics of a node
 * exist once per node. Every topic has the same number of partitions, fixed at the first start, so
 * that facts with the same key meet.
 */
public enum Topic {
  /** The public inbox: any producer may write it, admission alone reads it. */
  TASKS_REQUESTED("tasks.requested", Event.TaskRequested.class, Keep.QUEUE),
  TASKS_RESOLVED("tasks.resolved", Event.TaskResolved.class, Keep.QUEUE),
  TASKS_ADMITTED("tasks.admitted", Event.TaskAdmitted.class, Keep.LIFECYCLE),
  TASKS_REJECTED("tasks.rejected", Event.TaskRejected.class, Keep.LIFECYCLE),
  TASKS_CANCEL_REQUESTED("tasks.cancel-requested", Event.CancelRequested.class, Keep.LIFECYCLE),
  TASKS_COMPLETED("tasks.completed", Event.TaskCompleted.class, Keep.LIFECYCLE),
  TURNS_REQUESTED("turns.requested", Event.TurnRequested.class, Keep.LIFECYCLE),
  ATTEMPTS_SUBMITTED("attempts.submitted", Event.AttemptSubmitted.class, Keep.LIFECYCLE),
  ATTEMPTS_PLACED("attempts.placed", Event.AttemptPlaced.class, Keep.LIFECYCLE),
  CONTAINER_CREATED("nodes.*.container-created", Event.ContainerCreated.class, Keep.LIFECYCLE),
  CHECKED_OUT("nodes.*.checked-out", Event.RepositoryCheckedOut.class, Keep.LIFECYCLE),
  SET_UP("nodes.*.set-up", Event.EnvironmentPrepared.class, Keep.LIFECYCLE),
  EXECUTED("nodes.*.executed", Event.AgentExecuted.class, Keep.LIFECYCLE),
  ATTEMPTS_ENDED("attempts.ended", Event.AttemptEnded.class, Keep.LIFECYCLE),
  ATTEMPTS_PROGRESSED("attempts.progressed", Event.AttemptProgressed.class, Keep.LIFECYCLE),
  ATTEMPTS_LOGGED("attempts.logged", Event.AttemptLogged.class, Keep.LIVE),
  NODES("nodes", Event.NodeReported.class, Keep.LIVE),
  ENVIRONMENTS("environments", Event.EnvironmentDefined.class, Keep.NEWEST),
  SNAPSHOTS("snapshots.facts", Event.SnapshotChanged.class, Keep.LIFECYCLE),
  SECRETS("secrets", Event.SecretSealed.class, Keep.NEWEST),
  GIT_CREDENTIALS("git.credentials", Event.GitCredentialSealed.class, Keep.NEWEST),
  SCHEMAS("schemas", Event.SchemaRegistered.class, Keep.NEWEST),
  DEAD_LETTERS("dead-letters", Event.DeadLettered.class, Keep.LIFECYCLE);

  /** The largest fact that any writer may append. */
  public static final int MAX_EVENT_BYTES = 512 * 1024;

  /** How long facts stay. */
  public enum Keep {
    /** 90 days: what a task's history is folded from. */
    LIFECYCLE(Duration.ofDays(90)),
    /** 30 days: longer than anybody leaves a queue standing. */
    QUEUE(Duration.ofDays(30)),
    /** 24 hours: what is only watched; the whole of it lies in the artifact store. */
    LIVE(Duration.ofHours(24)),
    /** For ever, but only the newest of each key: each record is the full state. */
    NEWEST(Duration.ZERO);

    private final Duration retention;

    Keep(Duration retention) {
      this.retention = retention;
    }

    /** Zero for {@link #NEWEST}, which is compacted and not deleted. */
    public Duration retention() {
      return retention;
    }
  }

  private final String pattern;
  private final Class<? extends Event> event;
  private final Keep keep;

  Topic(String pattern, Class<? extends Event> event, Keep keep) {
    this.pattern = pattern;
    this.event = event;
    this.keep = keep;
  }

  /** Whether each node has its own topic of this kind. */
  public boolean isOfNode() {
    return pattern.contains("*");
  }

  /** Whether strangers write it: what cannot be read there is poison, not a newer writer's. */
  public boolean isPublic() {
    return this == TASKS_REQUESTED;
  }

  /** The topic's name on this node; the same on all nodes unless {@link #isOfNode()}. */
  public String on(NodeName node) {
    return pattern.replace("*", node.value());
  }

  /** The topic's name, with {@code *} in place of a node. */
  public String pattern() {
    return pattern;
  }

  /** The schema's subject: the pattern without its star, as registries allow no stars. */
  public String subject() {
    return pattern.replace("*.", "") + "-value";
  }

  public Class<? extends Event> event() {
    return event;
  }

  public Keep keep() {
    return keep;
  }

  /** Which topic of the catalogue a topic's name means. */
  public static Optional<Topic> named(String name) {
    return Arrays.stream(values()).filter(topic -> topic.covers(name)).findFirst();
  }

  /** All topics that a node with this name needs. */
  public static List<String> all(NodeName node) {
    return Arrays.stream(values()).map(topic -> topic.on(node)).toList();
  }

  private boolean covers(String name) {
    if (!isOfNode()) {
      return pattern.equals(name);
    }
    int star = pattern.indexOf('*');
    String prefix = pattern.substring(0, star);
    String suffix = pattern.substring(star + 1);
    return name.startsWith(prefix)
        && name.endsWith(suffix)
        && name.length() > prefix.length() + suffix.length()
        && NodeName.isValid(name.substring(star, name.length() - suffix.length()));
  }
}
