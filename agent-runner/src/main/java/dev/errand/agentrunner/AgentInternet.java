package dev.errand.agentrunner;

import dev.errand.egress.Policy;
import dev.errand.schemas.EnvironmentSpec.Internet;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;

/** An environment's words about the internet as the proxy's policy. */
final class AgentInternet {
  private AgentInternet() {}

  /**
   * The policy of the agent's turn. What this version cannot enforce is refused, not widened.
   *
   * @throws ErrandException ENVIRONMENT_INVALID for preset common, domains and methods
   */
  static Policy policy(Internet internet) {
    return switch (internet.agent()) {
      case OFF -> new Policy.Off();
      case NONE -> {
        refuse(!internet.domains().isEmpty(), "internet.domains");
        yield new Policy.Off();
      }
      case COMMON -> throw refusal("internet.agent: common");
      case ALL -> {
        refuse(!internet.methods().isEmpty(), "internet.methods");
        yield new Policy.Everything();
      }
    };
  }

  private static void refuse(boolean refused, String what) {
    if (refused) {
      throw refusal(what);
    }
  }

  private static ErrandException refusal(String what) {
    return new ErrandException(
        FailureCode.ENVIRONMENT_INVALID,
        what + " is not part of this version: say internet.agent: off, or all without lists");
  }
}
