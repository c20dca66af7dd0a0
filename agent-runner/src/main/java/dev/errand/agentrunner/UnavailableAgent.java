package dev.errand.agentrunner;

import dev.errand.schemas.EnvironmentSpec.AgentKind;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.util.Locale;

/** An agent that environments may name and this version cannot run. */
record UnavailableAgent(AgentKind kind) implements Agent {
  @Override
  public Command command(String prompt) {
    throw new ErrandException(
        FailureCode.AGENT_UNAVAILABLE,
        "the agent %s is not part of this version".formatted(kind.name().toLowerCase(Locale.ROOT)));
  }
}
