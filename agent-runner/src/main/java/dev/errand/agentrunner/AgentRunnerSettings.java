package dev.errand.agentrunner;

import dev.errand.schemas.SettingRange;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set about the agent's turn. */
@ConfigMapping(prefix = "errand.agent-runner")
public interface AgentRunnerSettings {
  /**
   * How many agents one node watches at once, 1 to 96. Runs hold a permit each, which is the limit
   * that counts; fewer slots than permits make prepared runs wait.
   */
  @WithDefault("96")
  int slots();

  /**
   * The longest that a run may stay in this stage, 1 min to 7 days, restarts included. It must be
   * longer than every environment's limits.agent, which ends an agent with a better message.
   */
  @WithDefault("PT25H")
  Duration timeout();

  /**
   * Refuses what is outside the ranges above.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(AgentRunnerSettings settings) {
    SettingRange.require("errand.agent-runner.slots", settings.slots(), 1, 96);
    SettingRange.require(
        "errand.agent-runner.timeout",
        settings.timeout(),
        Duration.ofMinutes(1),
        Duration.ofDays(7));
  }
}
