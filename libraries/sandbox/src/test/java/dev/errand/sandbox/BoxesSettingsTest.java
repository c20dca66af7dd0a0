package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Where boxes can be: a socket's path is counted in bytes, whatever characters they make. */
class BoxesSettingsTest {
  private static BoxesSettings at(String root) {
    return BoxesSettings.of("lab", Lab.NODE, Path.of(root));
  }

  @Test
  void aRootIsAsLongAsASocketsPathAllows() {
    String longest = "/" + "x".repeat(BoxesSettings.MAX_ROOT_BYTES - 1);

    assertThat(at(longest).root()).hasToString(longest);
    assertThatThrownBy(() -> at(longest + "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void charactersThatTakeSeveralBytesCountAsSuch() {
    String root = "/" + "ä".repeat(BoxesSettings.MAX_ROOT_BYTES / 2 + 1);
    assertThat(root.length()).isLessThan(BoxesSettings.MAX_ROOT_BYTES);
    assertThat(root.getBytes(StandardCharsets.UTF_8).length)
        .isGreaterThan(BoxesSettings.MAX_ROOT_BYTES);

    assertThatThrownBy(() -> at(root))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(root, "bytes long");
  }
}
