package dev.errand.cli;

import picocli.CommandLine.Command;

/** Commands that only hold others; without one of these they show their help. */
final class Groups {
  private Groups() {}

  @Command(name = "cloud", description = "Hand over tasks and look after them.")
  static final class Cloud {}

  @Command(name = "env", description = "Say where and how tasks run.")
  static final class Environments {}

  @Command(
      name = "cache",
      description = "See and forget what is prepared for runs (needs the role operator).")
  static final class Cache {}

  @Command(name = "secret", description = "Give an environment's secrets their values.")
  static final class Secrets {}

  @Command(name = "secret", description = "Give the server what opens private repositories.")
  static final class InstallationSecrets {}

  @Command(name = "token", description = "Make and revoke tokens (needs the role admin).")
  static final class Tokens {}
}
