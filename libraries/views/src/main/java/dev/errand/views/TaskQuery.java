package dev.errand.views;

import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.schemas.ids.TaskId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks, newest first. A filter that is null or empty lets all pass.
 *
 * @param reader who asks and sees some only; null sees all
 * @param limit of the page, 1 to {@link #MAX_LIMIT}
 * @param cursor the page begins below it; null begins with the newest
 */
public record TaskQuery(
    @Nullable Reader reader,
    @Nullable Owner owner,
    @Nullable EnvironmentId environment,
    Set<TaskView.State> states,
    int limit,
    @Nullable TaskId cursor) {
  public static final int MAX_LIMIT = 100;

  /**
   * @throws IllegalArgumentException when the limit is outside 1 to {@link #MAX_LIMIT}
   */
  public TaskQuery {
    states = Set.copyOf(states);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit %d is outside 1 to %d".formatted(limit, MAX_LIMIT));
    }
  }

  /**
   * Somebody who sees its own tasks and everybody's in some environments.
   *
   * @param environments those of which the reader is a member
   */
  public record Reader(Owner owner, Set<EnvironmentId> environments) {
    public Reader {
      environments = Set.copyOf(environments);
    }

    private boolean sees(TaskView view) {
      EnvironmentId environment = view.environment();
      return owner.equals(view.owner())
          || (environment != null && environments.contains(environment));
    }
  }

  /** The newest tasks of everybody. */
  public static TaskQuery newest(int limit) {
    return new TaskQuery(null, null, null, Set.of(), limit, null);
  }

  boolean matches(TaskView view) {
    return (reader == null || reader.sees(view))
        && (owner == null || owner.equals(view.owner()))
        && (environment == null || environment.equals(view.environment()))
        && (states.isEmpty() || states.contains(view.state()));
  }
}
