package dev.errand.provisioner.setup;

import dev.errand.schemas.EnvironmentSpec;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What a setup finds in its environment beside the image's variables and its secrets. */
public final class SetupVariables {
  /** Where the box's forwarder listens. Java does not read HTTP_PROXY. */
  private static final String JAVA_PROXY =
      "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128"
          + " -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3128";

  private SetupVariables() {}

  /** The environment's own variables win. */
  public static Map<String, String> of(EnvironmentSpec environment) {
    Map<String, String> variables = new HashMap<>();
    variables.put("MAVEN_OPTS", JAVA_PROXY + " -Daether.connector.http.useSystemProperties=true");
    variables.put("GRADLE_OPTS", JAVA_PROXY);
    environment
        .pins()
        .forEach(
            (runtime, version) ->
                variables.put(
                    "CODEX_ENV_%s_VERSION".formatted(runtime.toUpperCase(Locale.ROOT)), version));
    variables.putAll(environment.variables());
    return variables;
  }
}
