package dev.errand.cli;

import dev.errand.cli.cache.CacheList;
import dev.errand.cli.cache.CacheReset;
import dev.errand.cli.cache.CacheShow;
import dev.errand.cli.cloud.Apply;
import dev.errand.cli.cloud.CloudCancel;
import dev.errand.cli.cloud.CloudDiff;
import dev.errand.cli.cloud.CloudExec;
import dev.errand.cli.cloud.CloudList;
import dev.errand.cli.cloud.CloudLogs;
import dev.errand.cli.cloud.CloudMessage;
import dev.errand.cli.cloud.CloudStatus;
import dev.errand.cli.cloud.CloudWait;
import dev.errand.cli.environment.EnvApply;
import dev.errand.cli.environment.EnvCommands;
import dev.errand.cli.environment.GitCredentialCommands;
import dev.errand.cli.environment.SecretCommands;
import dev.errand.cli.session.Session;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * All commands, and those of them that a command line may mean: reading the declaration of one
 * takes a millisecond or two, which {@code cloud list} would pay thirty times.
 */
final class CommandTree {
  private final Session session;
  private final Set<String> words;

  /**
   * @param words the command line; none makes every command, and so does the one that shows all
   */
  CommandTree(Session session, List<String> words) {
    this.session = session;
    this.words = words.contains("completion") ? Set.of() : Set.copyOf(words);
  }

  /** A command by its name; made when it may be meant. */
  private record Branch(String name, Supplier<Object> command) {}

  void addTo(CommandLine root) {
    grow(
        root,
        new Branch("up", ServerCommands.Up::new),
        new Branch("down", ServerCommands.Down::new),
        new Branch("doctor", ServerCommands.Doctor::new),
        new Branch("cloud", this::cloud),
        new Branch("apply", () -> new Apply(session)),
        new Branch("env", this::environments),
        new Branch("cache", this::cache),
        new Branch("secret", this::installationSecrets),
        new Branch("token", this::tokens),
        new Branch("completion", () -> new Completion(session)));
    ServerCommands.forgetOtherServers(root);
  }

  private CommandLine cloud() {
    return grow(
        new CommandLine(new Groups.Cloud()),
        new Branch("exec", () -> new CloudExec(session)),
        new Branch("list", () -> new CloudList(session)),
        new Branch("status", () -> new CloudStatus(session)),
        new Branch("wait", () -> new CloudWait(session)),
        new Branch("message", () -> new CloudMessage(session)),
        new Branch("logs", () -> new CloudLogs(session)),
        new Branch("diff", () -> new CloudDiff(session)),
        new Branch("apply", () -> new Apply(session)),
        new Branch("cancel", () -> new CloudCancel(session)));
  }

  private CommandLine environments() {
    return grow(
        new CommandLine(new Groups.Environments()),
        new Branch("apply", () -> new EnvApply(session)),
        new Branch("list", () -> new EnvCommands.ListAll(session)),
        new Branch("get", () -> new EnvCommands.Show(session)),
        new Branch("delete", () -> new EnvCommands.Delete(session)),
        new Branch("reset", () -> new EnvCommands.Reset(session)),
        new Branch("secret", this::secrets));
  }

  private CommandLine cache() {
    return grow(
        new CommandLine(new Groups.Cache()),
        new Branch("list", () -> new CacheList(session)),
        new Branch("show", () -> new CacheShow(session)),
        new Branch("reset", () -> new CacheReset(session)));
  }

  private CommandLine secrets() {
    return grow(
        new CommandLine(new Groups.Secrets()),
        new Branch("set", () -> new SecretCommands.Assign(session)),
        new Branch("delete", () -> new SecretCommands.Delete(session)));
  }

  private CommandLine installationSecrets() {
    return grow(
        new CommandLine(new Groups.InstallationSecrets()),
        new Branch("set", () -> new GitCredentialCommands.Assign(session)),
        new Branch("list", () -> new GitCredentialCommands.ListAll(session)),
        new Branch("delete", () -> new GitCredentialCommands.Delete(session)));
  }

  private CommandLine tokens() {
    return grow(
        new CommandLine(new Groups.Tokens()),
        new Branch("create", () -> new TokenCommands.Create(session)),
        new Branch("list", () -> new TokenCommands.ListAll(session)),
        new Branch("delete", () -> new TokenCommands.Delete(session)));
  }

  /** Where no word is a command's name, all are made: for the help, and to say what was meant. */
  private CommandLine grow(CommandLine group, Branch... branches) {
    boolean named = List.of(branches).stream().anyMatch(branch -> words.contains(branch.name()));
    for (Branch branch : branches) {
      if (!named || words.contains(branch.name())) {
        group.addSubcommand(branch.command().get());
      }
    }
    return group;
  }
}
