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
    assertThat(SetupPlan.script(List.of(GO, YARN), Set.of("go", "yarn", "npm")))
        .isEqualTo(
            "echo '+ go mod download'\ngo mod download\necho '+ yarn install'\nyarn install\n");
  }

  @Test
  void bringsAToolThatAnotherOneCanBring() {
    assertThat(SetupPlan.script(List.of(YARN), Set.of("npm")))
        .containsSubsequence("npm install -g yarn\n", "yarn install\n");
  }

  @Test
  void leavesOutTheRestAndSaysSo() {
    assertThat(SetupPlan.script(List.of(GO, YARN), Set.of()).lines())
        .hasSize(2)
        .allMatch(line -> line.matches("echo '[^']+'"))
        .anyMatch(line -> line.contains("left out go.mod, as the image has no go;"))
        .anyMatch(line -> line.contains("left out yarn.lock, as the image has no yarn;"));
    assertThat(SetupPlan.script(List.of(), Set.of("go"))).isEmpty();
    assertThat(SetupPlan.programs(List.of(GO, YARN))).containsExactly("go", "npm", "yarn");
  }
}
