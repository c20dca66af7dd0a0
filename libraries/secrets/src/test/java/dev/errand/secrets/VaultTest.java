package dev.errand.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.SecretName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultTest {
  private static final EnvironmentId WEB = new EnvironmentId("web");
  private static final SecretName TOKEN = new SecretName("NPM_TOKEN");

  @TempDir private Path folder;

  @Test
  void opensWhatItSealedAlsoAfterARestart() throws IOException {
    Data sealed = vault("keyset").seal(WEB, TOKEN, 1, Secret.of("correct horse"));

    Secret opened = vault("keyset").open(fact(WEB, TOKEN, 1, sealed));

    assertThat(opened.text()).isEqualTo("correct horse");
    assertThat(opened.toString()).doesNotContain("horse");
    assertThat(new String(sealed.toBytes(), java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("horse");
  }

  @Test
  void makesAKeysetThatOnlyItsOwnerReads() throws IOException {
    vault("keyset");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path("keyset"))))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(path("keyset").getParent())) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void refusesAValueThatWasMoved() throws IOException {
    Vault vault = vault("keyset");
    Data sealed = vault.seal(WEB, TOKEN, 1, Secret.of("correct horse"));

    assertMissing(vault, fact(WEB, TOKEN, 2, sealed));
    assertMissing(vault, fact(WEB, new SecretName("OTHER"), 1, sealed));
    assertMissing(vault, fact(new EnvironmentId("api"), TOKEN, 1, sealed));
    assertMissing(vault("other-keyset"), fact(WEB, TOKEN, 1, sealed));
    assertMissing(vault, new Event.SecretSealed(WEB, TOKEN, 1, sealed, true));
  }

  @Test
  void opensAGitCredentialInItsPlaceAlone() throws IOException {
    Vault vault = vault("keyset");
    GitPlace place = new GitPlace("example.com/acme");
    Data sealed = vault.seal(place, 1, Secret.of("correct horse"));

    assertThat(vault.open(new Event.GitCredentialSealed(place, 1, sealed, false)).text())
        .isEqualTo("correct horse");
    for (Event.GitCredentialSealed moved :
        List.of(
            new Event.GitCredentialSealed(place, 2, sealed, false),
            new Event.GitCredentialSealed(new GitPlace("evil.example/acme"), 1, sealed, false),
            new Event.GitCredentialSealed(new GitPlace("example.com"), 1, sealed, false),
            new Event.GitCredentialSealed(place, 1, sealed, true))) {
      assertThatThrownBy(() -> vault.open(moved))
          .isInstanceOfSatisfying(
              ErrandException.class,
              e -> assertThat(e.code()).isEqualTo(FailureCode.SECRET_MISSING));
    }
    // nor as the secret of an environment, which its setup would see
    assertMissing(vault, fact(WEB, TOKEN, 1, sealed));
  }

  @Test
  void saysWhichFileIsNoKeyset() throws IOException {
    Files.createDirectories(path("keyset").getParent());
    Files.writeString(path("keyset"), "{}");

    assertThatThrownBy(() -> vault("keyset"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a keyset");
  }

  @Test
  void refusesSecretsThatCannotBeHidden() {
    assertThatThrownBy(() -> Secret.of("1234567"))
        .isInstanceOf(ErrandException.class)
        .hasMessageContaining("8 to 65536 bytes");
    assertThatThrownBy(() -> Secret.of("12345678\0")).hasMessageContaining("zero byte");
  }

  private static void assertMissing(Vault vault, Event.SecretSealed fact) {
    assertThatThrownBy(() -> vault.open(fact))
        .isInstanceOfSatisfying(
            ErrandException.class, e -> assertThat(e.code()).isEqualTo(FailureCode.SECRET_MISSING));
  }

  private static Event.SecretSealed fact(
      EnvironmentId environment, SecretName name, int version, Data sealed) {
    return new Event.SecretSealed(environment, name, version, sealed, false);
  }

  private Vault vault(String name) throws IOException {
    return Vault.open(path(name));
  }

  private Path path(String name) {
    return folder.resolve("secrets").resolve(name);
  }
}
