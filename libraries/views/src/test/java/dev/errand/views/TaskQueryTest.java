package dev.errand.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.schemas.Event;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.Owner;
import dev.errand.views.TaskQuery.Reader;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose tasks are in a list, by who reads it. */
class TaskQueryTest {
  private static final Owner BOB = new Owner("bob");
  private static final Owner CAROL = new Owner("carol");
  private static final EnvironmentId WEB = new EnvironmentId("web");

  private static final TaskView BOBS_IN_WEB = admitted(1, BOB, "web");
  private static final TaskView BOBS_IN_API = admitted(2, BOB, "api");
  private static final TaskView CAROLS_IN_WEB = admitted(3, CAROL, "web");
  private static final TaskView CAROLS_IN_API = admitted(4, CAROL, "api");

  /** Alice's, to an environment that there is not. */
  private static final TaskView REJECTED = view(Sample.rejected(Sample.task(5)));

  /** Only its cancelling is known yet: neither owner nor environment. */
  private static final TaskView PENDING = view(new Event.CancelRequested(Sample.task(6), 0, BOB));

  private static TaskView admitted(int task, Owner owner, String environment) {
    return view(new Event.TaskAdmitted(Sample.spec(Sample.task(task), owner, environment, 1)));
  }

  private static TaskView view(Event fact) {
    return TaskView.of(fact, new Origin(0, Sample.NOW)).orElseThrow();
  }

  private static List<TaskView> listed(@Nullable Reader reader, @Nullable Owner owner) {
    TaskQuery query = new TaskQuery(reader, owner, null, Set.of(), 10, null);
    return Stream.of(BOBS_IN_WEB, BOBS_IN_API, CAROLS_IN_WEB, CAROLS_IN_API, REJECTED, PENDING)
        .filter(query::matches)
        .toList();
  }

  @Test
  void whoSeesEverythingSeesEverybodys() {
    assertThat(listed(null, null)).hasSize(6);
    assertThat(listed(null, BOB)).containsExactly(BOBS_IN_WEB, BOBS_IN_API);
  }

  @Test
  void whoIsNoMemberSeesItsOwn() {
    Reader bob = new Reader(BOB, Set.of());

    assertThat(listed(bob, null)).containsExactly(BOBS_IN_WEB, BOBS_IN_API);
    assertThat(listed(bob, CAROL)).isEmpty();
  }

  @Test
  void aMemberSeesItsOwnAndThoseOfTheEnvironment() {
    Reader bob = new Reader(BOB, Set.of(WEB));

    assertThat(listed(bob, null)).containsExactly(BOBS_IN_WEB, BOBS_IN_API, CAROLS_IN_WEB);
    assertThat(listed(bob, CAROL)).containsExactly(CAROLS_IN_WEB);
    assertThat(listed(bob, BOB)).containsExactly(BOBS_IN_WEB, BOBS_IN_API);
  }

  @Test
  void aMemberSeesWhatWasRefusedThere() {
    Reader bob = new Reader(BOB, Set.of(new EnvironmentId("nowhere")));

    assertThat(listed(bob, Sample.ALICE)).containsExactly(REJECTED);
  }
}
