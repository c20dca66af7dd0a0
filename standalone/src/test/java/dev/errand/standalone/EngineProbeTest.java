package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.errand.sandbox.Engine;
import dev.errand.sandbox.EngineFacts;
import dev.errand.sandbox.FakeEngine;
import dev.errand.standalone.EngineProbe.Demands;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the doctor says of engines that this machine does not have. */
class EngineProbeTest {
  private static EngineFacts engine(String kernel, boolean rootless, String... unlimited) {
    return new EngineFacts(
        "20.10", "1.41", kernel, rootless, "Debian", "/", 2, 1L << 33, true, List.of(unlimited));
  }

  private static String doctor(String kernel, boolean rootless, Optional<String> lack) {
    return EngineProbe.boxDisks(engine(kernel, rootless), lack).text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"5.10.0-28-amd64", "5.10", "6.1.0", "10.0.1", "a kernel unlike others", ""})
  void boxesHaveDisksOnAnyKernelThatIsNotKnownToBeTooOld(String kernel) {
    assertThat(doctor(kernel, false, Optional.empty())).startsWith("ok ").contains("limit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.4.0-150-generic", "4.19.0", "3.10.0-1160.el7"})
  void anOldKernelMountsNone(String kernel) {
    assertThat(doctor(kernel, false, Optional.empty()))
        .startsWith("MISS ")
        .contains(kernel, "5.10", "errand.server.boxes.without");
  }

  @Test
  void anEngineWithoutRootAttachesNone() {
    assertThat(doctor("6.1.0", true, Optional.empty()))
        .startsWith("MISS ")
        .contains("loop device", "errand.server.boxes.without");
  }

  @Test
  void whatTheMachineLacksComesFirst() {
    assertThat(doctor("4.19.0", true, Optional.of("install e2fsprogs")))
        .startsWith("MISS ")
        .contains("-> install e2fsprogs, or set errand.server.boxes.without");
  }

  private static Engine.Traits engine(boolean userNamespaces, String... runtimes) {
    return new Engine.Traits(false, userNamespaces, new TreeSet<>(Set.of(runtimes)));
  }

  private static List<String> isolation(Engine.Traits engine, Demands demands) {
    return EngineProbe.isolation(engine, demands).stream().map(Finding::text).toList();
  }

  @Test
  void itIsSaidWhetherBoxesShareUsers() {
    assertThat(isolation(engine(true, "runc"), Demands.NONE))
        .singleElement(STRING)
        .startsWith("ok ")
        .contains("an ordinary user");
    assertThat(isolation(engine(false, "runc"), Demands.NONE))
        .singleElement(STRING)
        .startsWith("ok ")
        .contains("boxes share users with this machine");
  }

  @Test
  void anEngineThatSharesUsersLacksWhatIsDemanded() {
    Demands demands = new Demands(Optional.empty(), true);

    assertThat(isolation(engine(true, "runc"), demands)).singleElement(STRING).startsWith("ok ");
    assertThat(isolation(engine(false, "runc"), demands))
        .singleElement(STRING)
        .startsWith("MISS ")
        .contains(
            "none is made", "--userns-remap", "errand.server.boxes.user-namespace to optional");
  }

  @Test
  void aRuntimeIsOneThatTheEngineHas() {
    Demands demands = new Demands(Optional.of("crun"), false);

    assertThat(isolation(engine(true, "runc", "crun"), demands).getFirst())
        .isEqualTo("ok   runtime      crun, for boxes");
    assertThat(isolation(engine(true, "runc", "kata"), demands).getFirst())
        .startsWith("MISS runtime      crun")
        .contains("--add-runtime", "errand.server.boxes.runtime to one of kata, runc");
  }

  @Test
  void whatPodmanCannotGiveIsNamed() {
    Engine.Traits podman = new Engine.Traits(true, false, new TreeSet<>(Set.of("crun")));

    assertThat(isolation(podman, Demands.NONE))
        .satisfiesOnlyOnce(
            line -> assertThat(line).startsWith("ok   podman").contains("privileged"));
  }

  @Test
  void whatIsDemandedStandsInTheSettings() {
    Config settings =
        new SmallRyeConfigBuilder()
            .withDefaultValue("errand.server.boxes.user-namespace", "required")
            .withDefaultValue("errand.server.boxes.runtime", "crun")
            .build();

    assertThat(Demands.of(settings)).isEqualTo(new Demands(Optional.of("crun"), true));
    assertThat(Demands.of(new SmallRyeConfigBuilder().build())).isEqualTo(Demands.NONE);
  }

  @Test
  void limitsThatAnEngineCannotHoldAreNamed() {
    assertThat(EngineProbe.limits(engine("6.1.0", false)).text()).startsWith("ok ");
    assertThat(EngineProbe.limits(engine("6.1.0", true, "limits.memory", "limits.cpus")).text())
        .startsWith("MISS ")
        .contains("limits.memory, limits.cpus cannot be held", "cgroup_enable=memory", "Delegate=");
  }

  @Test
  void anOldEngineIsNamedAndNotTakenForAbsent(@TempDir Path folder) {
    String said = "client version 1.41 is too new. Maximum supported API version is 1.40";
    try (FakeEngine old =
        new FakeEngine(
            folder.resolve("s"),
            _ -> new FakeEngine.Answer(400, "{\"message\":\"%s\"}".formatted(said)))) {
      String host = old.settings().host().toString();

      assertThat(EngineProbe.look(Map.of("DOCKER_HOST", host), Demands.NONE))
          .singleElement()
          .extracting(Finding::text, InstanceOfAssertFactories.STRING)
          .startsWith("MISS engine")
          .contains(said, "use Docker 20.10 or newer", "sudo make engine");
    }
  }
}
