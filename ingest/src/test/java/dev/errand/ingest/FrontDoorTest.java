package dev.errand.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.ingest.access.Caller;
import dev.errand.ingest.access.Role;
import dev.errand.ingest.access.Tokens;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.Owner;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a process knows that opens no door. */
class FrontDoorTest {
  private static final Owner ANN = new Owner("ann");

  @TempDir Path data;

  private final FrontDoor door = new FrontDoor();

  private Tokens otherProcess() {
    return Tokens.open(
        data.resolve("server/tokens.json"), data.resolve("token"), InstantSource.system());
  }

  @Test
  void knowsWhomTheDoorOnTheSameFolderKnowsAtThatMoment() {
    door.standBeside(data);
    Tokens tokens = otherProcess();

    Tokens.Issued issued = tokens.issue(ANN, Role.OPERATOR);
    assertThat(door.authenticate(issued.token()))
        .contains(new Caller(ANN, Role.OPERATOR, issued.id()));

    tokens.revoke(issued.id());
    assertThat(door.authenticate(issued.token())).isEmpty();
  }

  @Test
  void knowsNobodyWhereNoDoorIsAndMakesNoAdmin() {
    door.standBeside(data);

    assertThat(door.authenticate("errand_aaaaaaaaaaaa_" + "0".repeat(64))).isEmpty();
    assertThat(data).isEmptyDirectory();
  }

  @Test
  void knowsNobodyYetWhileItIsToBeOpened() {
    assertThatThrownBy(() -> door.authenticate("any"))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> assertThat(e.code()).isEqualTo(FailureCode.BROKER_UNAVAILABLE));
  }
}
