package dev.errand.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One command of a box: a bash script with its surroundings.
 *
 * @param id names the phase within its box: the same id is never executed twice
 * @param script the text of a login shell's script, in DIFF that of a shell of ours; it has no
 *     standard input
 * @param workingDirectory absolute; made when it is missing
 * @param environment added to a clean one, after the image's own where the kind sees it
 * @param secrets name to value, by a pipe that only the phase's own process reads
 * @param proxySocket a socket of the box's folder, such as {@code setup.sock}, that the phase
 *     reaches as its HTTP proxy; null is no way out at all
 * @param timeout enforced by the runner, from the start of the script: TERM, and KILL 5 s later
 */
public record PhaseSpec(
    String id,
    Kind kind,
    String script,
    String workingDirectory,
    Map<String, String> environment,
    Map<String, byte[]> secrets,
    @Nullable String proxySocket,
    Duration timeout) {
  /** More than all scripts of an environment together. */
  public static final int MAX_SCRIPT_BYTES = 256 * 1024;

  /** Names and values together; the engine's own limit for a command line is 2 MiB. */
  public static final int MAX_ENVIRONMENT_BYTES = 128 * 1024;

  /** Names and values together: what a pipe takes at once (64 KiB) without a reader. */
  public static final int MAX_SECRET_BYTES = 60 * 1024;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern SOCKET = Pattern.compile("[a-z0-9][a-z0-9-]{0,30}\\.sock");

  /** What a phase is for: decides its capabilities and whether it sees the image's variables. */
  public enum Kind {
    CHECKOUT(1, true, false),
    SETUP(2, true, true),
    MAINTENANCE(3, true, true),
    AGENT(4, false, true),
    DIFF(5, false, false),
    VERIFY(6, false, true);

    /** On the control channel; never changed or reused. */
    final int code;

    /** Whether it may own files of others and become another user, as apt and tar need. */
    final boolean privileged;

    /** Whether the image's ENV is part of its environment. */
    final boolean seesImage;

    Kind(int code, boolean privileged, boolean seesImage) {
      this.code = code;
      this.privileged = privileged;
      this.seesImage = seesImage;
    }
  }

  /**
   * @throws IllegalArgumentException when a part is outside its grammar or limit; the message holds
   *     no value
   */
  public PhaseSpec {
    environment = Map.copyOf(environment);
    secrets = Map.copyOf(secrets);
    require(ID.matcher(id).matches(), "the phase's id");
    require(
        script.indexOf('\0') < 0
            && script.getBytes(StandardCharsets.UTF_8).length <= MAX_SCRIPT_BYTES,
        "the phase's script");
    require(
        workingDirectory.startsWith("/") && workingDirectory.indexOf('\0') < 0,
        "the phase's working directory");
    require(timeout.isPositive(), "the phase's timeout");
    require(proxySocket == null || SOCKET.matcher(proxySocket).matches(), "the proxy's socket");
    long environmentBytes = 0;
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      require(named(variable.getKey()), "a variable's name");
      require(variable.getValue().indexOf('\0') < 0, variable.getKey());
      environmentBytes += size(variable.getKey(), variable.getValue().length() * 3L);
    }
    require(environmentBytes <= MAX_ENVIRONMENT_BYTES, "the size of all variables");
    long secretBytes = 0;
    for (Map.Entry<String, byte[]> secret : secrets.entrySet()) {
      require(named(secret.getKey()), "a secret's name");
      for (byte value : secret.getValue()) {
        require(value != 0, secret.getKey());
      }
      secretBytes += size(secret.getKey(), secret.getValue().length);
    }
    require(secretBytes <= MAX_SECRET_BYTES, "the size of all secrets");
  }

  /** Without the values of anything that may be secret. */
  @Override
  public String toString() {
    return "PhaseSpec[%s, %s, %s]".formatted(id, kind, timeout);
  }

  private static boolean named(String name) {
    return VARIABLE.matcher(name).matches();
  }

  private static long size(String name, long valueBytes) {
    return name.length() + valueBytes + 2; // '=' and the closing zero
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is outside its grammar or limit");
    }
  }
}
