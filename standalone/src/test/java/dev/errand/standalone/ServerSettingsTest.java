package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps boxes apart is what an operator has said, or the start is refused. */
class ServerSettingsTest {
  private static ServerSettings settings(Map<String, String> given) {
    return new SmallRyeConfigBuilder()
        .withDefaultValue("user.home", "/nowhere")
        .withDefaultValues(given)
        .withConverter(java.time.Duration.class, 1, java.time.Duration::parse)
        .withMapping(ServerSettings.class)
        .build()
        .getConfigMapping(ServerSettings.class);
  }

  @Test
  void everyRuleHoldsUnlessItIsGivenUpByName() {
    assertThat(settings(Map.of("errand.server.node-silence", "PT60S")).boxes().without()).isEmpty();
    assertThat(
            settings(
                    Map.of(
                        "errand.server.node-silence",
                        "PT60S",
                        "errand.server.boxes.without",
                        "disk,seccomp"))
                .boxes()
                .without())
        .hasValue(Set.of(Rule.DISK, Rule.SECCOMP));
  }

  @ParameterizedTest
  @CsvSource({
    "pids,63",
    "pids,32769",
    "runtime,--privileged",
    "runtime,../x",
    "without,dsk",
    "user-namespace,true"
  })
  void anythingElseIsRefusedByItsName(String setting, String value) {
    Map<String, String> given =
        Map.of("errand.server.node-silence", "PT60S", "errand.server.boxes." + setting, value);

    assertThatThrownBy(() -> ServerSettings.require(settings(given)))
        .hasMessageContaining("errand.server.boxes." + setting);
  }
}
