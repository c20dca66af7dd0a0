package dev.errand.views;

import dev.errand.schemas.ids.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of tasks, newest first.
 *
 * @param items may be fewer than asked for, even none, and yet more follow: a page looks at a
 *     bounded number of tasks
 * @param cursor where the next page begins; null when there is none
 */
public record TaskPage(List<TaskView> items, @Nullable TaskId cursor) {
  public TaskPage {
    items = List.copyOf(items);
  }
}
