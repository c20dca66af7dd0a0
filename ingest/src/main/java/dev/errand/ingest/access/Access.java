package dev.errand.ingest.access;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.util.Locale;

/** The one table of what each role may do. */
public final class Access {
  private Access() {}

  /** How far a permission goes. */
  public enum Reach {
    NOTHING,
    /** What belongs to the caller's owner, or to an environment that it is a member of. */
    OWN,
    EVERYTHING
  }

  /** The table; total over roles and operations. */
  public static Reach reach(Role role, Operation operation) {
    return switch (operation) {
      case SUBMIT_TASK, READ_ENVIRONMENT -> Reach.EVERYTHING;
      case READ_TASK, CANCEL_TASK, MESSAGE_TASK ->
          role == Role.PRODUCER ? Reach.OWN : Reach.EVERYTHING;
      case EDIT_ENVIRONMENT,
          EDIT_SECRET,
          USE_SECRETS,
          READ_NODES,
          READ_SNAPSHOTS,
          READ_METRICS,
          HANDLE_DEAD_LETTERS ->
          role == Role.PRODUCER ? Reach.NOTHING : Reach.EVERYTHING;
      case MANAGE_TOKENS -> role == Role.ADMIN ? Reach.EVERYTHING : Reach.NOTHING;
    };
  }

  /**
   * Lets the operation pass on something of somebody, or at all.
   *
   * @throws ErrandException NOT_ALLOWED, naming the role that would do
   */
  public static void require(Caller caller, Operation operation) {
    if (reach(caller.role(), operation) == Reach.NOTHING) {
      throw new ErrandException(
          FailureCode.NOT_ALLOWED,
          "%s is %s here; this needs the role %s"
              .formatted(caller.owner(), word(caller.role()), word(least(operation))));
    }
  }

  /** The least role that may do it to everything. */
  static Role least(Operation operation) {
    for (Role role : Role.values()) {
      if (reach(role, operation) == Reach.EVERYTHING) {
        return role;
      }
    }
    return Role.ADMIN;
  }

  private static String word(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }
}
