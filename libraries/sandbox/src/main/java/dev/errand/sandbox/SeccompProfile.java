package dev.errand.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The system calls of a box, in the form that engines take: what stands in {@code syscalls.txt},
 * and a few only with certain arguments. Only the machine's own architecture is there: its older
 * ones carry a socket's family where no filter can see it.
 */
final class SeccompProfile {
  private static final String LIST = "syscalls.txt";

  private static final int ENOSYS = 38;

  /** New mount, cgroup, host name, exchange, user, process and network namespaces. */
  private static final long NAMESPACES = 0x7E02_0000L;

  private static final int UNIX = 1;
  private static final int INET = 2;
  private static final int INET6 = 10;
  private static final int NETLINK = 16;

  /** Of netlink: interfaces and routes, audit (su and useradd ask for it), devices. */
  private static final List<Integer> NETLINKS = List.of(0, 9, 15);

  /** Linux, Linux of 32 bits, both without randomized addresses; the last only asks. */
  private static final List<Long> PERSONALITIES =
      List.of(0x0L, 0x8L, 0x0004_0000L, 0x0004_0008L, 0xFFFF_FFFFL);

  private SeccompProfile() {}

  /** As JSON. */
  static String json() {
    Stream<String> rules =
        Stream.of(
                Stream.of(
                    allowed(quoted(names())),
                    allowed("\"clone\"", argument(0, NAMESPACES, "SCMP_CMP_MASKED_EQ", 0)),
                    refused(
                        "\"clone3\",\"io_uring_setup\"", ENOSYS)), // callers then know another way
                PERSONALITIES.stream()
                    .map(value -> allowed("\"personality\"", argument(0, value, "SCMP_CMP_EQ"))),
                Stream.of(UNIX, INET, INET6)
                    .map(family -> allowed("\"socket\"", argument(0, family, "SCMP_CMP_EQ"))),
                NETLINKS.stream()
                    .map(
                        protocol ->
                            allowed(
                                "\"socket\"",
                                argument(0, NETLINK, "SCMP_CMP_EQ"),
                                argument(2, protocol, "SCMP_CMP_EQ"))),
                Stream.of(allowed("\"socketpair\"", argument(0, UNIX, "SCMP_CMP_EQ"))))
            .flatMap(rule -> rule);
    return """
    {"defaultAction":"SCMP_ACT_ERRNO",
    "archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":[]},
    {"architecture":"SCMP_ARCH_AARCH64","subArchitectures":[]}],
    "syscalls":[%s]}\
    """
        .formatted(rules.collect(Collectors.joining(",\n")));
  }

  /**
   * As an engine takes it: as text, or, by podman's service, as a file in the folder.
   *
   * @throws ErrandException DISK_FULL when it cannot be written
   */
  static String option(boolean podman, Path folder) {
    String profile = json();
    return podman
        ? "seccomp=" + BoxFolders.ensureFile(folder, "seccomp", profile.getBytes(UTF_8))
        : "seccomp=" + profile;
  }

  /** The names in the list, without their groups. */
  static List<String> names() {
    try (InputStream list = SeccompProfile.class.getResourceAsStream(LIST)) {
      if (list == null) {
        throw new ErrandException(FailureCode.BUG, "this build holds no " + LIST);
      }
      return new String(list.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .flatMap(line -> Stream.of(line.substring(line.indexOf(':') + 1).strip().split(" +")))
          .toList();
    } catch (IOException failed) {
      throw new ErrandException(FailureCode.BUG, LIST + " cannot be read", failed);
    }
  }

  private static String quoted(List<String> names) {
    return names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(","));
  }

  private static String allowed(String names, String... arguments) {
    return "{\"names\":[%s],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[%s]}"
        .formatted(names, String.join(",", arguments));
  }

  private static String refused(String names, int errno) {
    return "{\"names\":[%s],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":%d}".formatted(names, errno);
  }

  private static String argument(int index, long value, String operator) {
    return argument(index, value, operator, 0);
  }

  /**
   * @param second what remains of the argument under the mask that {@code value} then is
   */
  private static String argument(int index, long value, String operator, long second) {
    return "{\"index\":%d,\"value\":%d,\"valueTwo\":%d,\"op\":\"%s\"}"
        .formatted(index, value, second, operator);
  }
}
