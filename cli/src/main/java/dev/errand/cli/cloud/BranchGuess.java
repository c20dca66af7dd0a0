package dev.errand.cli.cloud;

import dev.errand.cli.git.Git;
import dev.errand.cli.outcome.CommandFailure;
import dev.errand.cli.session.Session;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The branch to start from when none was named: the current one, provided that the working folder
 * is a clone of the environment's repository and the remote knows the branch.
 */
final class BranchGuess {
  /** The short form of ssh addresses, user@host:path. Source: git-clone(1), "GIT URLS". */
  private static final Pattern SHORT_SSH = Pattern.compile("(?:[^@/:]+@)?([^/:]+):(?!//)(.+)");

  private final Session session;
  private final Git git;

  BranchGuess(Session session) {
    this.session = session;
    this.git = new Git(session.surroundings().directory());
  }

  /**
   * Null leaves the choice to the environment.
   *
   * @throws CommandFailure (USAGE) when the current branch exists only on this machine
   */
  @Nullable String branchFor(String repository) {
    Git.Result top = git.run("rev-parse", "--show-toplevel");
    if (!top.ok()) {
      return null;
    }
    boolean itself = ("file://" + top.text()).equals(plain(repository));
    Optional<String> remote = itself ? Optional.of("") : remoteOf(repository);
    if (remote.isEmpty()) {
      return null;
    }
    Git.Result head = git.run("symbolic-ref", "--quiet", "--short", "HEAD");
    if (!head.ok()) {
      session.note("no branch is checked out here: starting from the environment's own branch");
      return null;
    }
    String branch = head.text();
    if (!itself) {
      checkKnownTo(remote.get(), branch);
    }
    return branch;
  }

  private Optional<String> remoteOf(String repository) {
    String wanted = plain(repository);
    return git.run("remote")
        .text()
        .lines()
        .filter(
            name -> {
              Git.Result url = git.run("config", "--get", "remote." + name + ".url");
              return url.ok() && plain(url.text()).equals(wanted);
            })
        .findFirst();
  }

  private void checkKnownTo(String remote, String branch) {
    String tracking = "refs/remotes/" + remote + "/" + branch;
    if (git.run("rev-parse", "--verify", "--quiet", tracking).ok()) {
      Git.Result ahead = git.run("rev-list", "--count", tracking + "..HEAD");
      if (ahead.ok() && !ahead.text().equals("0")) {
        session.note(
            "note: %s commit(s) of '%s' are not pushed; the task starts from what %s has"
                .formatted(ahead.text(), branch, remote));
      }
      return;
    }
    Git.Result asked =
        git.ask("ls-remote", "--exit-code", "--end-of-options", remote, "refs/heads/" + branch);
    // 2 is git's word for "no such ref"; every other failure leaves the verdict to the server.
    if (asked.exit() == 2) {
      throw CommandFailure.usage(
          "the current branch '" + branch + "' exists only on this machine",
          "push it: git push -u " + remote + " " + branch + "; or name another with --branch");
    }
  }

  /** One spelling for the addresses of one repository: host and path. */
  static String plain(String url) {
    String text = url.strip().replaceAll("/+$", "");
    if (text.startsWith("/")) {
      return "file://" + text;
    }
    Matcher ssh = SHORT_SSH.matcher(text);
    if (!text.contains("://") && ssh.matches()) {
      return ssh.group(1).toLowerCase(Locale.ROOT) + "/" + withoutSuffix(ssh.group(2));
    }
    try {
      URI uri = URI.create(text);
      if ("file".equals(uri.getScheme())) {
        return "file://" + Path.of(uri.getPath());
      }
      String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
      return host + withoutSuffix(uri.getPath() == null ? "" : uri.getPath());
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private static String withoutSuffix(String path) {
    return path.endsWith(".git") ? path.substring(0, path.length() - 4) : path;
  }
}
