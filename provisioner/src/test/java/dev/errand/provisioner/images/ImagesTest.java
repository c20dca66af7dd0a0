package dev.errand.provisioner.images;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.errand.schemas.ErrandException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImagesTest {
  @ParameterizedTest
  @ValueSource(strings = {"errand/universal", "errand/universal:recipe-1", "ghcr.io/a/b:1"})
  void admits(String image) {
    assertThatCode(() -> Images.admit(image, List.of("ghcr.io"))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "debian",
        "acme/web",
        "quay.io/a/b",
        "errand/snapshot:1",
        "99ea4ef01d6e",
        "sha256:99ea4ef01d6e"
      })
  void refuses(String image) {
    assertThatExceptionOfType(ErrandException.class)
        .isThrownBy(() -> Images.admit(image, List.of("ghcr.io")))
        .withMessageContaining("IMAGE_REFUSED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"debian", "acme/web", "quay.io/a/b", "localhost/x", "host:5000/x"})
  void admitsEveryRegistryWhereNoneIsNamed(String image) {
    assertThatCode(() -> Images.admit(image, List.of())).doesNotThrowAnyException();
  }
}
