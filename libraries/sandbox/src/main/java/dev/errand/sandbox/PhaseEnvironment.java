package dev.errand.sandbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The surroundings of a phase's script: clean ones, the image's, the phase's, the proxy's. */
final class PhaseEnvironment {
  private static final String LOGIN_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** Where the runner's forwarder listens inside the box. */
  private static final String PROXY = "http://127.0.0.1:3128";

  private static final String DIRECT = "localhost,127.0.0.1,::1";

  private PhaseEnvironment() {}

  /**
   * @param image the image's variables, each {@code NAME=value}
   */
  static Map<String, String> of(PhaseSpec phase, List<String> image) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", LOGIN_PATH);
    if (phase.kind() == PhaseSpec.Kind.DIFF) {
      variables.put("PATH", BoxPrograms.SEEN);
      variables.put("LD_LIBRARY_PATH", BoxPrograms.SEEN);
    }
    variables.put("LANG", "C.UTF-8");
    variables.put("TERM", "dumb");
    if (phase.kind().seesImage) {
      for (String variable : image) {
        int equals = variable.indexOf('=');
        if (equals > 0) {
          variables.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
      }
    }
    variables.putAll(
        Map.of("HOME", "/root", "USER", "root", "LOGNAME", "root", "SHELL", "/bin/bash"));
    variables.putAll(phase.environment());
    if (phase.proxySocket() != null) {
      for (String name : List.of("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")) {
        variables.put(name, PROXY);
      }
      variables.put("NO_PROXY", DIRECT);
      variables.put("no_proxy", DIRECT);
    }
    return variables;
  }

  /**
   * The script, behind what brings back the image's own folders of programs: a login shell's
   * profile forgets them (an image that has Go in /usr/local/go/bin would have none). It stands on
   * the script's first line, so that bash's line numbers stay true.
   */
  static String script(PhaseSpec phase, Map<String, String> environment) {
    if (!phase.kind().seesImage) {
      return phase.script();
    }
    Set<String> known = Set.of(LOGIN_PATH.split(":"));
    List<String> lost =
        List.of(environment.getOrDefault("PATH", "").split(":")).stream()
            .filter(folder -> folder.matches("/[A-Za-z0-9._/+@-]*") && !known.contains(folder))
            .distinct()
            .toList()
            .reversed();
    StringBuilder script = new StringBuilder();
    for (String folder : lost) {
      script.append(
          "case \":$PATH:\" in *:%1$s:*) ;; *) PATH=%1$s:$PATH ;; esac; ".formatted(folder));
    }
    return script + phase.script();
  }
}
