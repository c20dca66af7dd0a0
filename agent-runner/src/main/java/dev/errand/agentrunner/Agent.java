package dev.errand.agentrunner;

import dev.errand.schemas.EnvironmentSpec.AgentKind;
import dev.errand.schemas.ErrandException;
import java.util.Map;

/** How one kind of agent is started on a prompt. A new agent is one more of these. */
sealed interface Agent permits CommandAgent, UnavailableAgent {
  /** The agent of an environment. */
  static Agent of(AgentKind kind) {
    return switch (kind) {
      case COMMAND -> new CommandAgent();
      case CODEX, CLAUDE, OPENCODE -> new UnavailableAgent(kind);
    };
  }

  /**
   * What the box is to execute for this prompt.
   *
   * @throws ErrandException AGENT_UNAVAILABLE when this installation cannot run the agent
   */
  Command command(String prompt);

  /**
   * @param script a bash script, executed in the repository's folder
   * @param environment what the agent needs beside the environment's variables
   */
  record Command(String script, Map<String, String> environment) {
    public Command {
      environment = Map.copyOf(environment);
    }
  }
}
