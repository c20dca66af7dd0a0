package dev.errand.agentrunner;

import java.util.Map;

/** The agent that needs no model and no key: the prompt itself is a bash script. */
record CommandAgent() implements Agent {
  @Override
  public Command command(String prompt) {
    return new Command(prompt, Map.of());
  }
}
