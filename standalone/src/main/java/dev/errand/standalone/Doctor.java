package dev.errand.standalone;

import dev.errand.schemas.ErrandException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Says what Errand needs from this machine and does not have, each with its remedy. */
final class Doctor {
  private static final int MINIMUM_JDK = 25;

  /** Below this an image build, a mirror and a few boxes fill the disk within an hour. */
  private static final long MINIMUM_FREE_BYTES = 5L << 30;

  /** A unix socket's path has 107 bytes; below the data folder it uses up to 40. */
  private static final int MAX_DATA_PATH = 107 - 40;

  private final Installation installation;

  Doctor(Installation installation) {
    this.installation = installation;
  }

  /**
   * One thing that was looked at.
   *
   * @param remedy what to do, empty when it is well
   */
  record Finding(String check, boolean well, String seen, String remedy) {}

  /** Prints what was found; returns the exit code: 0 all well, 1 something is missing. */
  int run(PrintStream out, boolean json) {
    List<Finding> findings = examine();
    out.println(json ? asJson(findings) : asText(findings));
    return findings.stream().allMatch(Finding::well) ? 0 : 1;
  }

  List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(jdk());
    findings.add(tool("git", "install git 2.30 or newer", "git", "--version"));
    findings.add(folder());
    findings.add(disk());
    findings.add(clock());
    findings.addAll(engine());
    findings.addAll(ports());
    return findings;
  }

  private static Finding jdk() {
    int version = Runtime.version().feature();
    return new Finding(
        "jdk",
        version >= MINIMUM_JDK,
        "JDK " + version,
        "install a JDK 25 or set JAVA_HOME to one");
  }

  private static Finding tool(String check, String remedy, String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8).strip();
      return new Finding(check, process.waitFor() == 0, said, remedy);
    } catch (IOException e) {
      return new Finding(check, false, "not found", remedy);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Finding(check, false, "interrupted", remedy);
    }
  }

  private Finding folder() {
    Path data = installation.data();
    int length = data.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_DATA_PATH) {
      return new Finding(
          "data folder",
          false,
          "%s has %d bytes".formatted(data, length),
          "set ERRAND_DATA to a path of at most " + MAX_DATA_PATH + " bytes");
    }
    Path nearest = data;
    while (!Files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    return new Finding(
        "data folder",
        Files.isDirectory(nearest) && Files.isWritable(nearest),
        data.toString(),
        "make " + nearest + " writable, or set ERRAND_DATA to a folder that is");
  }

  private Finding disk() {
    Path nearest = installation.data();
    while (!Files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    long free = nearest.toFile().getUsableSpace();
    String seen = "%.1f GiB free".formatted(free / (double) (1L << 30));
    return new Finding(
        "disk",
        free >= MINIMUM_FREE_BYTES,
        free < ServerSettings.DEFAULT_DISK_RESERVE_BYTES
            ? seen + ", less than the reserve: no task is taken"
            : seen,
        "free space below " + nearest + ", or set ERRAND_DATA to a larger disk");
  }

  /** The cache's 12 hours and every signature need a clock that knows at least the year. */
  private static Finding clock() {
    int year = Year.now(ZoneOffset.UTC).getValue();
    return new Finding("clock", year >= 2026, "year " + year, "set the machine's clock");
  }

  private static List<Finding> engine() {
    try (var probe = EngineProbe.connect()) {
      return probe.findings();
    } catch (ErrandException e) {
      return List.of(
          new Finding("engine", false, e.failure().message(), e.failure().code().hint()));
    }
  }

  private List<Finding> ports() {
    if (installation.process().isPresent()) {
      boolean ready = installation.isReady();
      String seen = installation.url().map(Object::toString).orElse("no address yet");
      return List.of(new Finding("server", ready, seen, "look into " + installation.logFile()));
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(port("http port", ServerSettings.DEFAULT_HTTP_PORT, "quarkus.http.port"));
    findings.add(port("kafka port", ServerSettings.DEFAULT_KAFKA_PORT, "errand.server.kafka.port"));
    findings.add(
        port(
            "kafka ctrl",
            ServerSettings.DEFAULT_CONTROLLER_PORT,
            "errand.server.kafka.controller-port"));
    return findings;
  }

  private static Finding port(String check, int port, String setting) {
    Supplier<String> remedy =
        () -> "end what uses it, or set %s in errand.yaml to another".formatted(setting);
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return new Finding(check, true, port + " is free", "");
    } catch (IOException e) {
      return new Finding(check, false, port + " is in use", remedy.get());
    }
  }

  private static String asText(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(
          "%-4s %-12s %s%n"
              .formatted(finding.well() ? "ok" : "MISS", finding.check(), finding.seen()));
      if (!finding.well()) {
        text.append("     -> ").append(finding.remedy()).append(System.lineSeparator());
      }
    }
    return text.toString().stripTrailing();
  }

  private static String asJson(List<Finding> findings) {
    StringBuilder json = new StringBuilder("[");
    for (Finding finding : findings) {
      json.append(json.length() > 1 ? "," : "")
          .append(
              "{\"check\":%s,\"ok\":%s,\"seen\":%s,\"remedy\":%s}"
                  .formatted(
                      quoted(finding.check()),
                      finding.well(),
                      quoted(finding.seen()),
                      quoted(finding.well() ? "" : finding.remedy())));
    }
    return json.append("]").toString();
  }

  private static String quoted(String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
    return '"' + escaped.replaceAll("\\p{Cntrl}+", " ") + '"';
  }
}
