package dev.errand.ingest;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.stage.Position;
import dev.errand.views.Views;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a write landed, as text that a later read may wait for: {@code topic:partition:offset}. */
final class Positions {
  static final String HEADER = "Errand-Position";
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Pattern TEXT =
      Pattern.compile("([a-z.-]{1,100}):([0-9]{1,6}):([0-9]{1,18})");

  private Positions() {}

  static @Nullable String text(@Nullable Position position) {
    return position == null
        ? null
        : "%s:%d:%d".formatted(position.topic(), position.partition(), position.offset());
  }

  /**
   * Waits, at most a second, until the views have seen what lies at the position.
   *
   * @throws ErrandException REQUEST_INVALID when it is none
   */
  static void await(Views views, @Nullable String position) throws InterruptedException {
    if (position == null) {
      return;
    }
    Matcher parts = TEXT.matcher(position);
    if (!parts.matches()) {
      throw new ErrandException(FailureCode.REQUEST_INVALID, "that is no position");
    }
    var _ =
        views.await(
            parts.group(1),
            Integer.parseInt(parts.group(2)),
            Long.parseLong(parts.group(3)),
            PATIENCE);
  }
}
