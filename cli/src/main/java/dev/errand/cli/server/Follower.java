package dev.errand.cli.server;

import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.outcome.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Follows an event stream to its end through lost connections: resumes after the last event that
 * was seen, with growing pauses, and gives up when nothing answers for a while.
 */
public final class Follower {
  /** How often the listener hears that time passes. */
  private static final Duration TICK = Duration.ofMillis(200);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  /** A restart of the server takes seconds; after this it is not coming back by itself. */
  private static final Duration MAX_OUTAGE = Duration.ofMinutes(2);

  /** A task that was submitted a moment ago may not be in the view yet. */
  private static final Duration MAX_UNKNOWN = Duration.ofSeconds(10);

  /** What the one who follows sees. */
  public interface Listener {
    /** An event; false ends the following. */
    boolean on(EventStream.Event event);

    /** Some time has passed; called at least every second while nothing else happens. */
    default void tick() {}

    /** The connection is lost and will be tried again. */
    default void lost(String reason) {}
  }

  /** A wait between two tries to connect. */
  @FunctionalInterface
  public interface Pause {
    void of(Duration duration) throws InterruptedException;
  }

  private final Api api;
  private final InstantSource clock;
  private final Pause pause;
  private String lastId = "";
  private @Nullable Instant deadline;

  public Follower(Api api, InstantSource clock, Pause pause) {
    this.api = api;
    this.clock = clock;
    this.pause = pause;
  }

  /** Ends with TIMEOUT after this time; without it, following has no end of its own. */
  public Follower within(Duration limit) {
    deadline = clock.instant().plus(limit);
    return this;
  }

  /**
   * Returns when the listener has had enough.
   *
   * @throws CommandFailure TIMEOUT, UNREACHABLE, INTERRUPTED, or what the server refuses with
   */
  public void follow(ApiPath path, Listener listener) {
    Instant lastAnswer = clock.instant();
    Duration wait = FIRST_PAUSE;
    boolean done = false;
    while (!done) {
      String reason;
      try (EventStream stream = api.events(path, lastId)) {
        Instant connected = clock.instant();
        reason = read(stream, listener);
        done = reason == null;
        lastAnswer = clock.instant();
        // Only a connection that lasted makes the next pause short again.
        boolean lasted = Duration.between(connected, lastAnswer).compareTo(wait) > 0;
        wait = lasted ? FIRST_PAUSE : wait;
      } catch (CommandFailure e) {
        if (!worthAnotherTry(e, Duration.between(lastAnswer, clock.instant()))) {
          throw e;
        }
        reason = e.text();
      } catch (InterruptedException e) {
        throw interrupted();
      }
      if (reason != null) {
        listener.lost(reason);
        pause(wait, listener);
        wait = wait.multipliedBy(2).compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : wait.multipliedBy(2);
      }
    }
  }

  private static boolean worthAnotherTry(CommandFailure failure, Duration outage) {
    return switch (failure.exit()) {
      case UNREACHABLE -> outage.compareTo(MAX_OUTAGE) < 0;
      case NOT_FOUND -> outage.compareTo(MAX_UNKNOWN) < 0;
      case OK, FAILED, USAGE, NOT_ALLOWED, CONFLICT, TIMEOUT, INTERRUPTED -> false;
    };
  }

  /** Null when the listener has had enough, else why the connection ended. */
  private @Nullable String read(EventStream stream, Listener listener) throws InterruptedException {
    while (true) {
      EventStream.Signal signal = stream.next(TICK);
      checkDeadline();
      switch (signal) {
        case null -> listener.tick();
        case EventStream.Alive alive -> listener.tick();
        case EventStream.Cut cut -> {
          return cut.reason();
        }
        case EventStream.Event event -> {
          lastId = event.id().isEmpty() ? lastId : event.id();
          if (!listener.on(event)) {
            return null;
          }
        }
      }
    }
  }

  private void pause(Duration wait, Listener listener) {
    Instant until = clock.instant().plus(wait);
    try {
      while (clock.instant().isBefore(until)) {
        checkDeadline();
        listener.tick();
        pause.of(TICK);
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private void checkDeadline() {
    if (deadline != null && clock.instant().isAfter(deadline)) {
      throw new CommandFailure(
          ExitCode.TIMEOUT, "the task is not over yet", "wait longer, with a larger --timeout");
    }
  }

  private static CommandFailure interrupted() {
    Thread.currentThread().interrupt();
    return new CommandFailure(ExitCode.INTERRUPTED, "interrupted", null);
  }
}
