package dev.errand.provisioner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.sandbox.BoxesSettings.Isolation;
import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a box says of an engine that keeps every rule, and of engines that do not. */
final class ProbeBoxTest {
  private static final String WELL =
      """
      NoNewPrivs:\t1
      Seccomp:\t2
      disk 31000000
      memory 67108864
      pids 512
      end of look
      """;

  private static Optional<String> broken(String look, Rule... without) {
    return ProbeBox.broken(ProbeBox.parse(look), new Isolation(512, null, Set.of(without), false));
  }

  @Test
  void anEngineThatKeepsEveryRuleLacksNothing() {
    assertThat(broken(WELL)).isEmpty();
  }

  @Test
  void limitsThatABoxCannotSeeAreTheEnginesWord() {
    assertThat(broken(WELL.replaceAll("(memory|pids) [0-9]+\\n", ""))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Seccomp:\t2, Seccomp:\t0, system calls are not filtered, without to seccomp",
    "NoNewPrivs:\t1, NoNewPrivs:\t0, can gain rights, no-new-privileges",
    "disk 31000000, disk 66000000000, a disk of 66000000000 bytes, without set to disk",
    "disk 31000000, disk 1000000, a disk of 1000000 bytes, without set to disk",
    "disk 31000000, disk, limits.disk, errand doctor",
    "memory 67108864, memory 9223372036854771712, limit of memory, cgroup_enable=memory",
    "memory 67108864, memory max, limit of memory is max, cgroup_enable=memory",
    "pids 512, pids max, limit of pids is max instead of 512, cgroups",
    "end of look, net eth0, network interface eth0, network 'none'",
    "end of look, '', does not say, engine's log"
  })
  void aRuleThatDoesNotHoldIsNamedWithItsRemedy(
      String holds, String holdsNot, String name, String remedy) {
    assertThat(broken(WELL.replace(holds, holdsNot)).orElseThrow()).contains(name, remedy);
  }

  @Test
  void whatTheInstallationDoesWithoutIsNoLack() {
    String look = WELL.replace("Seccomp:\t2", "Seccomp:\t0").replace("disk 3", "disk 999999999");

    assertThat(broken(look, Rule.SECCOMP, Rule.DISK)).isEmpty();
    assertThat(broken(look, Rule.SECCOMP).orElseThrow()).doesNotContain("system calls");
    assertThat(broken(look, Rule.DISK).orElseThrow()).doesNotContain("limits.disk");
  }
}
