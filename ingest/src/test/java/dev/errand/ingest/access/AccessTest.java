package dev.errand.ingest.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.ingest.access.Access.Reach;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Owner;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessTest {
  /** Written out by hand: producer, operator, admin. */
  private static final Map<Operation, Map<Role, Reach>> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put(Operation.SUBMIT_TASK, row(Reach.EVERYTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.READ_TASK, row(Reach.OWN, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.CANCEL_TASK, row(Reach.OWN, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.MESSAGE_TASK, row(Reach.OWN, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(
        Operation.READ_ENVIRONMENT, row(Reach.EVERYTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.EDIT_ENVIRONMENT, row(Reach.NOTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.EDIT_SECRET, row(Reach.NOTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.USE_SECRETS, row(Reach.NOTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.READ_NODES, row(Reach.NOTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.READ_SNAPSHOTS, row(Reach.NOTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.READ_METRICS, row(Reach.NOTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(
        Operation.HANDLE_DEAD_LETTERS, row(Reach.NOTHING, Reach.EVERYTHING, Reach.EVERYTHING));
    TABLE.put(Operation.MANAGE_TOKENS, row(Reach.NOTHING, Reach.NOTHING, Reach.EVERYTHING));
  }

  private static Map<Role, Reach> row(Reach producer, Reach operator, Reach admin) {
    return Map.of(Role.PRODUCER, producer, Role.OPERATOR, operator, Role.ADMIN, admin);
  }

  @Test
  void reachesAsFarAsTheTableSays() {
    assertThat(TABLE.keySet()).containsExactly(Operation.values());
    TABLE.forEach(
        (operation, row) -> {
          assertThat(row.keySet()).containsExactlyInAnyOrder(Role.values());
          row.forEach(
              (role, expected) -> {
                assertThat(Access.reach(role, operation)).isEqualTo(expected);
                assertOwnership(new Caller(new Owner("ann"), role, "t"), operation, expected);
              });
        });
  }

  private static void assertOwnership(Caller ann, Operation operation, Reach expected) {
    Owner bob = new Owner("bob");
    Set<Owner> strangers = Set.of(bob);
    assertThat(ann.may(operation, ann.owner(), strangers)).isEqualTo(expected != Reach.NOTHING);
    assertThat(ann.may(operation, bob, Set.of(ann.owner())))
        .as("as a member")
        .isEqualTo(expected != Reach.NOTHING);
    assertThat(ann.may(operation, bob, strangers)).isEqualTo(expected == Reach.EVERYTHING);
    assertThat(ann.may(operation, null, Set.of())).isEqualTo(expected == Reach.EVERYTHING);
    if (expected == Reach.NOTHING) {
      assertThatThrownBy(() -> Access.require(ann, operation))
          .isInstanceOfSatisfying(
              ErrandException.class,
              e -> {
                assertThat(e.code()).isEqualTo(FailureCode.NOT_ALLOWED);
                assertThat(e.failure().message()).contains("needs the role");
              });
    } else {
      Access.require(ann, operation);
    }
  }
}
