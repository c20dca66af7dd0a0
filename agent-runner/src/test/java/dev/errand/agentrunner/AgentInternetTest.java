package dev.errand.agentrunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.egress.Policy;
import dev.errand.schemas.EnvironmentSpec.AgentKind;
import dev.errand.schemas.EnvironmentSpec.Internet;
import dev.errand.schemas.EnvironmentSpec.Preset;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentInternetTest {
  private static final List<String> NOTHING = List.of();

  @Test
  void offAndNoneAreNoInternet() {
    assertThat(AgentInternet.policy(new Internet(Preset.OFF, NOTHING, NOTHING)))
        .isEqualTo(new Policy.Off());
    assertThat(AgentInternet.policy(new Internet(Preset.OFF, List.of("example.com"), NOTHING)))
        .isEqualTo(new Policy.Off());
    assertThat(AgentInternet.policy(new Internet(Preset.NONE, NOTHING, NOTHING)))
        .isEqualTo(new Policy.Off());
  }

  @Test
  void allIsEverything() {
    assertThat(AgentInternet.policy(new Internet(Preset.ALL, NOTHING, NOTHING)))
        .isEqualTo(new Policy.Everything());
  }

  @Test
  void whatCannotBeEnforcedIsRefused() {
    refused(new Internet(Preset.COMMON, NOTHING, NOTHING), "internet.agent: common");
    refused(new Internet(Preset.NONE, List.of("example.com"), NOTHING), "internet.domains");
    refused(new Internet(Preset.ALL, NOTHING, List.of("GET")), "internet.methods");
  }

  @Test
  void agentsOfLaterVersionsSaySo() {
    assertThat(Agent.of(AgentKind.COMMAND).command("make").script()).isEqualTo("make");
    assertThatThrownBy(() -> Agent.of(AgentKind.CODEX).command("fix it"))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> assertThat(e.code()).isEqualTo(FailureCode.AGENT_UNAVAILABLE))
        .hasMessageContaining("the agent codex");
  }

  private static void refused(Internet internet, String what) {
    assertThatThrownBy(() -> AgentInternet.policy(internet))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> assertThat(e.code()).isEqualTo(FailureCode.ENVIRONMENT_INVALID))
        .hasMessageContaining(what);
  }
}
