package dev.errand.agentrunner;

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
}
