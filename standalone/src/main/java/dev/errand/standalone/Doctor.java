package dev.errand.standalone;

import dev.errand.standalone.Finding.ObstacleException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;

/** Says what Errand needs from this machine and does not have, each with its remedy. */
final class Doctor {
  private final Installation installation;
  private final HostProbe host;
  private final Supplier<Config> settings;

  /**
   * @param settings read late: they may be what is wrong
   */
  Doctor(Installation installation, HostProbe host, Supplier<Config> settings) {
    this.installation = installation;
    this.host = host;
    this.settings = settings;
  }

  /** Prints what was found; returns the exit code: 0 all well, 1 something is missing. */
  int run(PrintStream out, boolean json) {
    List<Finding> findings = examine();
    out.println(
        json
            ? findings.stream().map(Finding::json).collect(Collectors.joining(",", "[", "]"))
            : findings.stream().map(Finding::text).collect(Collectors.joining("\n")));
    return findings.stream().allMatch(Finding::well) ? 0 : 1;
  }

  private List<Finding> examine() {
    List<Finding> findings = new ArrayList<>(host.findings());
    findings.addAll(EngineProbe.look(System.getenv(), demands()));
    findings.addAll(server());
    return findings;
  }

  /** Nothing where the settings are refused, which is said of the server. */
  private EngineProbe.Demands demands() {
    try {
      return EngineProbe.Demands.of(settings.get());
    } catch (RuntimeException refused) { // as below
      return EngineProbe.Demands.NONE;
    }
  }

  /** The server when one runs, else whether one could. */
  private List<Finding> server() {
    try {
      if (installation.process().isPresent()) {
        String seen = installation.url().map(Object::toString).orElse("no address yet");
        return List.of(
            Finding.of(
                "server", installation.isReady(), seen, "look into " + installation.logFile()));
      }
      return Ports.of(settings.get()).findings();
    } catch (ObstacleException e) {
      return List.of(e.finding());
    } catch (RuntimeException e) { // whatever the settings' parsers throw at what is no setting
      return List.of(installation.refusedSetting(String.valueOf(e.getMessage())).finding());
    }
  }

  /** What would keep a server from starting here; empty when nothing would. */
  List<Finding> obstacles() {
    List<Finding> findings = new ArrayList<>(List.of(host.folder()));
    findings.addAll(server());
    return findings.stream().filter(finding -> !finding.well()).toList();
  }
}
