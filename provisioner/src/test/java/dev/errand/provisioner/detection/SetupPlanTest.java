package dev.errand.provisioner.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SetupPlanTest {
  private static final SetupStep GO = SetupStep.of("go", "go.mod", "go mod download");
  private static final SetupStep YARN =
      SetupStep.of("yarn", "yarn.lock", "yarn install").orInstall("npm", "npm install -g yarn");

  @Test
  void runsWhatTheImageHasTheToolFor() {
    SetupPlan plan = SetupPlan.of(List.of(GO, YARN), Set.of("go", "yarn", "npm"));

    assertThat(plan.script())
        .isEqualTo(
            "echo '+ go mod download'\ngo mod download\necho '+ yarn install'\nyarn install\n");
    assertThat(plan.remarks()).isEmpty();
  }

  @Test
  void bringsAToolThatAnotherOneCanBring() {
    assertThat(SetupPlan.of(List.of(YARN), Set.of("npm")).script())
        .containsSubsequence("npm install -g yarn\n", "yarn install\n");
  }

  @Test
  void leavesOutTheRestAndSaysSo() {
    SetupPlan plan = SetupPlan.of(List.of(GO, YARN), Set.of());

    assertThat(plan.script()).isEmpty();
    assertThat(plan.remarks())
        .containsExactly(
            "setup left out go.mod: the image has no go",
            "setup left out yarn.lock: the image has no yarn");
    assertThat(SetupPlan.programs(List.of(GO, YARN))).containsExactly("go", "npm", "yarn");
  }
}
