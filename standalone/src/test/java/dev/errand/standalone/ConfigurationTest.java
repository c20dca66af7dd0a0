package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md says what the settings' declarations say. To bring it up to date, run this
 * test with {@code -Derrand.configuration.write=true}.
 */
class ConfigurationTest {
  private static final Path PAGE = Path.of("docs/configuration.md");

  @Test
  void thePageSaysWhatTheCodeDeclares() throws IOException {
    String declared = ConfigurationDocument.render();
    if (Boolean.getBoolean("errand.configuration.write")) {
      Files.writeString(SourceTree.ROOT.resolve(PAGE), declared);
    }

    assertThat(SourceTree.read(PAGE)).isEqualTo(declared);
    assertThat(declared).contains("errand.server.data").doesNotContain("| required |  |");
  }
}
