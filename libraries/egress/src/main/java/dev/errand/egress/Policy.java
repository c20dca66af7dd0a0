package dev.errand.egress;

import java.util.Optional;

/** Where one phase may connect to. Asked before a name is resolved: a look-up would tell it. */
public sealed interface Policy {
  /** The rule that refuses this destination, if one does. */
  Optional<Rule> refusal(Destination destination);

  /** Nowhere. */
  record Off() implements Policy {
    @Override
    public Optional<Rule> refusal(Destination destination) {
      return Optional.of(Rule.INTERNET_OFF);
    }
  }

  /** To every public address. */
  record Everything() implements Policy {
    @Override
    public Optional<Rule> refusal(Destination destination) {
      return Optional.empty();
    }
  }
}
