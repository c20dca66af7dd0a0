package dev.errand.schemas;

import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.RefName;
import dev.errand.schemas.ids.RepositoryUrl;
import dev.errand.schemas.ids.SecretName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where and how tasks run: one version of one environment, as it travels with every task.
 *
 * @param version from 1, raised by every change
 * @param generation from 1, raised by a reset: makes every prepared container stale
 * @param label a second, human name, or null
 * @param branch where tasks start when they name no branch; null is the repository's default branch
 * @param image any OCI image
 * @param pins runtime to version, such as node to 18
 * @param setup a bash script; {@link #AUTO} detects the project's own; empty does nothing
 * @param maintenance a bash script for a container that was prepared earlier; empty does nothing
 * @param verify a bash script that judges a diff; empty does nothing
 * @param variables what every phase sees; names as in a shell
 * @param secrets names; values are sealed elsewhere and given to setup and maintenance only
 * @param trustedRefs branches whose commits may see secrets; empty is the default branch
 */
public record EnvironmentSpec(
    EnvironmentId id,
    int version,
    int generation,
    @Nullable String label,
    RepositoryUrl repository,
    @Nullable RefName branch,
    String image,
    Map<String, String> pins,
    String setup,
    String maintenance,
    String verify,
    Map<String, String> variables,
    List<SecretName> secrets,
    List<RefName> trustedRefs,
    Internet internet,
    AgentKind agent,
    Limits limits) {
  /** The setup that looks at the repository and runs what its build files ask for. */
  public static final String AUTO = "auto";

  public static final String DEFAULT_IMAGE = "errand/universal";

  /** All scripts of an environment together: they travel in every fact, which has 512 KiB. */
  public static final int MAX_SCRIPT_BYTES = 128 * 1024;

  public EnvironmentSpec {
    pins = Map.copyOf(pins);
    variables = Map.copyOf(variables);
    secrets = List.copyOf(secrets);
    trustedRefs = List.copyOf(trustedRefs);
  }

  /** Which program works on the prompt. */
  public enum AgentKind {
    COMMAND,
    CODEX,
    CLAUDE,
    OPENCODE
  }

  /** Where the agent phase may connect to; off by default. */
  public enum Preset {
    OFF,
    NONE,
    COMMON,
    ALL
  }

  /**
   * The agent phase's way out.
   *
   * @param domains registrable domains beside the preset's; each includes its sub-domains
   * @param methods HTTP methods in upper case; empty allows all
   */
  public record Internet(Preset agent, List<String> domains, List<String> methods) {
    public Internet {
      domains = List.copyOf(domains);
      methods = List.copyOf(methods);
    }
  }

  /**
   * What one attempt may use.
   *
   * @param cpus cores, 0.1 to 64
   * @param memoryBytes memory and swap together
   * @param diskBytes everything that the attempt writes
   * @param setup the longest that setup and maintenance may take, each
   * @param agent the longest that one turn of the agent may take
   */
  public record Limits(
      double cpus, long memoryBytes, long diskBytes, Duration setup, Duration agent) {
    private static final long GIB = 1L << 30;

    /** What an environment has that says nothing: enough for most builds, two beside each other. */
    public static final Limits DEFAULT =
        new Limits(2, 4 * GIB, 10 * GIB, Duration.ofMinutes(20), Duration.ofMinutes(30));
  }
}
