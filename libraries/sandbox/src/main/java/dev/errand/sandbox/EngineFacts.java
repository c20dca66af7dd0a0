package dev.errand.sandbox;

import com.github.dockerjava.api.model.Info;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an engine says about itself.
 *
 * @param version such as 20.10.24
 * @param rootDirectory where it keeps images and containers, for whoever checks the disk
 * @param memoryBytes of its machine
 * @param kernel of its machine, such as 6.1.0-13-amd64
 * @param rootless whether its containers' root is an ordinary user of the machine
 * @param filtersSystemCalls whether it can; boxes do not start without
 * @param unlimited the limits that it says it cannot hold, by the names that users give them
 */
public record EngineFacts(
    String version,
    String apiVersion,
    String kernel,
    boolean rootless,
    String operatingSystem,
    String rootDirectory,
    int cpus,
    long memoryBytes,
    boolean filtersSystemCalls,
    List<String> unlimited) {
  /** What to do about an engine that cannot hold a limit; without it, one box takes all. */
  public static final String LIMITS_REMEDY =
      "have the kernel's control groups limit it: boot with cgroup_enable=memory, and let an"
          + " engine without root have the controllers (cgroups v2, Delegate= of systemd)";

  public EngineFacts {
    unlimited = List.copyOf(unlimited);
  }

  static EngineFacts of(Info info, String apiVersion) {
    return new EngineFacts(
        text(info.getServerVersion()),
        apiVersion,
        text(info.getKernelVersion()),
        has(info, "name=rootless"),
        text(info.getOperatingSystem()),
        text(info.getDockerRootDir()),
        info.getNCPU() == null ? 0 : info.getNCPU(),
        info.getMemTotal() == null ? 0 : info.getMemTotal(),
        has(info, "name=seccomp"),
        unlimited(info));
  }

  /** An engine that does not speak of a limit may have it. */
  private static List<String> unlimited(Info info) {
    Map<String, Boolean> limits = new LinkedHashMap<>();
    limits.put("limits.memory", info.getMemoryLimit());
    limits.put("limits.cpus", info.getCpuCfsQuota());
    limits.put(
        "errand.server.boxes.pids", !Boolean.FALSE.equals(info.getRawValues().get("PidsLimit")));
    return limits.keySet().stream()
        .filter(limit -> Boolean.FALSE.equals(limits.get(limit)))
        .toList();
  }

  static boolean has(Info info, String securityOption) {
    List<String> options = info.getSecurityOptions();
    return options != null && options.stream().anyMatch(each -> each.startsWith(securityOption));
  }

  static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
