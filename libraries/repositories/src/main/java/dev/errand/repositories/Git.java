package dev.errand.repositories;

import dev.errand.repositories.credentials.Login;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the host's git: without the user's and the system's configuration, hooks, prompts, helpers
 * and redirects, with nothing of our environment, and with an end.
 *
 * <p>A process that changes a mirror holds the mirror's lock file itself (util-linux' flock hands
 * the descriptor on and disappears). So when this JVM is killed, a git that it has left behind
 * still keeps others out, and the kernel gives the lock back with its last process.
 */
final class Git {
  /** Takes what a process writes, on the thread that reads it. */
  interface Sink {
    void take(byte[] bytes, int length);
  }

  /** What flock answers when the lock did not come in time: no exit code of git's. */
  static final int LOCK_NOT_TAKEN = 97;

  /** Passed from our environment: where programs are, and the operator's ssh agent. */
  private static final List<String> KEPT_VARIABLES = List.of("PATH", "SSH_AUTH_SOCK");

  private static final long WATCH_MILLIS = 200;

  /** A helper that outlives git may keep the pipes open: nobody waits for it longer than this. */
  private static final Duration LAST_BYTES = Duration.ofSeconds(5);

  private final Path home;
  private final RepositoryPolicy policy;

  /**
   * @param home an empty folder that stands in for the user's
   */
  Git(Path home, RepositoryPolicy policy) {
    this.home = home;
    this.policy = policy;
  }

  /**
   * Runs git to its end; an interrupt kills it first.
   *
   * @throws ErrandException BUG when git or flock cannot be started at all
   */
  GitResult run(GitCommand command) throws InterruptedException {
    Remote remote = command.remote();
    try (Login login = Login.open(remote == null ? null : remote.login(), home)) {
      return run(command, login);
    }
  }

  /**
   * What a host answers to a command by ssh, with the options that git gets for it; nothing when it
   * fails.
   *
   * @param address the host, and a user and port where it has them
   */
  String ssh(GitCommand command, URI address, String order) throws InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of("sh", "-c", "eval \"exec $GIT_SSH_COMMAND \\\"\\$@\\\"\"", "errand-ssh"));
    if (address.getPort() >= 0) {
      line.addAll(List.of("-p", "" + address.getPort()));
    }
    String user = address.getUserInfo() == null ? "" : address.getUserInfo() + "@";
    line.addAll(List.of("--", user + address.getHost(), order));
    GitResult result = run(command.saying(line));
    return result.succeeded() ? result.output() : "";
  }

  private GitResult run(GitCommand command, Login login) throws InterruptedException {
    Process process = start(command, login);
    login.send(process.getOutputStream());
    ErrorLines errors = new ErrorLines(command.progress());
    BoundedOutput output = new BoundedOutput(command.maxOutputBytes());
    Thread errorReader = Thread.startVirtualThread(() -> drain(process.getErrorStream(), errors));
    Thread outputReader = Thread.startVirtualThread(() -> drain(process.getInputStream(), output));
    try {
      GitResult.End end = await(process, command, output);
      errorReader.join(LAST_BYTES);
      outputReader.join(LAST_BYTES);
      int exitCode = end == GitResult.End.EXITED ? process.exitValue() : -1;
      return new GitResult(
          output.hasOverflowed() ? GitResult.End.OUTPUT_TOO_LONG : end,
          exitCode,
          output.text(),
          errors.last());
    } finally {
      kill(process);
    }
  }

  private static GitResult.End await(Process process, GitCommand command, BoundedOutput output)
      throws InterruptedException {
    long deadline = System.nanoTime() + command.timeout().toNanos();
    while (true) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (process.waitFor(Math.clamp(left, 1, WATCH_MILLIS), TimeUnit.MILLISECONDS)) {
        return GitResult.End.EXITED;
      }
      GitResult.End end = command.watch().get();
      if (left <= 0) {
        end = GitResult.End.TIMED_OUT;
      } else if (output.hasOverflowed()) {
        end = GitResult.End.OUTPUT_TOO_LONG;
      }
      if (end != null) {
        kill(process);
        return end;
      }
    }
  }

  private static void kill(Process process) {
    List<ProcessHandle> helpers = process.descendants().toList();
    process.destroyForcibly();
    helpers.forEach(ProcessHandle::destroyForcibly);
  }

  private Process start(GitCommand command, Login login) {
    List<String> line = new ArrayList<>();
    Path lock = command.lock();
    if (lock != null) {
      line.addAll(List.of("flock", "--exclusive", "--no-fork", "--conflict-exit-code"));
      line.addAll(List.of("" + LOCK_NOT_TAKEN, "--timeout", "" + command.timeout().toSeconds()));
      line.add(lock.toString());
    }
    line.addAll(login.prefix());
    line.addAll(command.line());
    ProcessBuilder builder = new ProcessBuilder(line);
    List<String> configuration = configuration();
    configuration.addAll(login.configuration());
    Remote remote = command.remote();
    if (remote != null && remote.pin() != null) {
      configuration.add("http.curloptResolve=" + remote.pin());
    }
    environment(builder.environment(), configuration, ssh(login));
    builder.directory(home.toFile());
    if (!login.usesInput()) {
      builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    }
    try {
      return builder.start();
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.BUG, "git or flock is not installed on this machine", e);
    }
  }

  private void environment(Map<String, String> variables, List<String> configuration, String ssh) {
    Map<String, String> ours = Map.copyOf(variables);
    variables.clear();
    for (String name : KEPT_VARIABLES) {
      String value = ours.get(name);
      if (value != null) {
        variables.put(name, value);
      }
    }
    variables.put("HOME", home.toString());
    // The data folder may lie in somebody's working tree, whose configuration is not ours.
    variables.put("GIT_CEILING_DIRECTORIES", home.resolve("..").normalize().toString());
    variables.put("LC_ALL", "C.UTF-8");
    variables.put("GIT_CONFIG_COUNT", "" + configuration.size());
    for (int i = 0; i < configuration.size(); i++) {
      String[] pair = configuration.get(i).split("=", 2);
      variables.put("GIT_CONFIG_KEY_" + i, pair[0]);
      variables.put("GIT_CONFIG_VALUE_" + i, pair[1]);
    }
    variables.put("GIT_CONFIG_NOSYSTEM", "1");
    variables.put("GIT_CONFIG_GLOBAL", "/dev/null");
    variables.put("GIT_ATTR_NOSYSTEM", "1");
    variables.put("GIT_TERMINAL_PROMPT", "0");
    variables.put("GIT_ASKPASS", "/bin/false");
    variables.put("SSH_ASKPASS", "/bin/false");
    variables.put("GIT_OPTIONAL_LOCKS", "0");
    variables.put("GIT_NO_REPLACE_OBJECTS", "1");
    variables.put("GIT_SSH_COMMAND", ssh);
    variables.put("GIT_SSH_VARIANT", "ssh");
  }

  private List<String> configuration() {
    List<String> pairs =
        new ArrayList<>(
            List.of(
                "protocol.allow=never",
                "protocol.https.allow=always",
                "protocol.ssh.allow=always",
                "protocol.http.allow=" + (policy.allowHttp() ? "always" : "never"),
                "protocol.file.allow=" + (policy.fileRoots().isEmpty() ? "never" : "always"),
                "core.hooksPath=/dev/null",
                "core.fsmonitor=false",
                "core.askPass=/bin/false",
                "credential.helper=",
                "http.followRedirects=false",
                // Less than 1 kB/s for 30 s: the remote has died without saying so.
                "http.lowSpeedLimit=1000",
                "http.lowSpeedTime=30",
                "transfer.fsckObjects=true",
                // Harmless mistakes of old tools, in the history of many a well-known repository.
                "fetch.fsck.zeroPaddedFilemode=warn",
                "fetch.fsck.badTimezone=warn",
                "fetch.fsck.missingSpaceBeforeDate=warn",
                // Always a pack: a killed transfer leaves one file to remove, not many.
                "transfer.unpackLimit=1",
                "transfer.bundleURI=false",
                "gc.auto=0",
                "maintenance.auto=false",
                "submodule.recurse=false",
                "fetch.recurseSubmodules=false",
                "core.quotePath=false"));
    Path caFile = policy.caFile();
    if (caFile != null) {
      pairs.add("http.sslCAInfo=" + caFile);
    }
    String proxy = policy.proxy();
    if (proxy != null) {
      pairs.add("http.proxy=" + proxy);
    }
    return pairs;
  }

  /** Git hands this to a shell, so paths are quoted. */
  private String ssh(Login login) {
    StringBuilder command =
        new StringBuilder("ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes")
            .append(" -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ControlMaster=no")
            .append(" -o ForwardAgent=no -o PermitLocalCommand=no");
    if (!login.sshOptions().isEmpty()) {
      return command.append(login.sshOptions()).toString();
    }
    Path identity = policy.sshIdentity();
    if (identity != null) {
      command.append(" -o IdentitiesOnly=yes -i ").append(quoted(identity.toString()));
    }
    Path knownHosts = policy.sshKnownHosts();
    if (knownHosts != null) {
      command.append(" -o UserKnownHostsFile=").append(quoted(knownHosts.toString()));
    }
    return command.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static void drain(InputStream stream, Sink sink) {
    byte[] buffer = new byte[8192];
    try (stream) {
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        sink.take(buffer, read);
      }
    } catch (IOException e) {
      // The process was killed under the reader; what came until then is what there is.
      sink.take(buffer, 0);
    }
  }
}
