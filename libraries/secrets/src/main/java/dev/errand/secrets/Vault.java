package dev.errand.secrets;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.errand.schemas.Data;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.Event;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.EnvironmentId;
import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.SecretName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * Seals and opens values with the installation's keyset. A sealed value is bound to its
 * environment, name and version: moved to another place in the log, it does not open. Thread-safe.
 *
 * <p>Source: Tink, authenticated encryption with associated data.
 */
public final class Vault {
  private final Aead aead;

  private Vault(Aead aead) {
    this.aead = aead;
  }

  /**
   * Opens the keyset file, or makes it with one new key, readable by its owner only. When two
   * processes make it at once, one wins and both use that one.
   *
   * @throws IOException when the file cannot be read or made, or is no keyset
   */
  public static Vault open(Path keysetFile) throws IOException {
    Configuration configuration = AeadConfig2026.get();
    try {
      if (!Files.exists(keysetFile)) {
        create(keysetFile, configuration);
      }
      KeysetHandle keyset =
          TinkJsonProtoKeysetFormat.parseKeyset(
              Files.readString(keysetFile), configuration, InsecureSecretKeyAccess.get());
      return new Vault(keyset.getPrimitive(configuration, Aead.class));
    } catch (GeneralSecurityException e) {
      throw new IOException("%s is not a keyset of this installation".formatted(keysetFile), e);
    }
  }

  private static void create(Path file, Configuration configuration)
      throws IOException, GeneralSecurityException {
    KeysetHandle keyset =
        KeysetHandle.generateNew(
            PredefinedAeadParameters.XAES_256_GCM_192_BIT_NONCE, configuration);
    String text =
        TinkJsonProtoKeysetFormat.serializeKeyset(
            keyset, configuration, InsecureSecretKeyAccess.get());
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path draft = Files.createTempFile(folder, "keyset", ".tmp"); // made 0600 by the JDK
    try {
      Files.writeString(draft, text);
      Files.createLink(file, draft); // unlike a rename, a link never replaces another's keyset
    } catch (FileAlreadyExistsException e) {
      // Another process was faster: its keyset is the installation's.
    } finally {
      Files.delete(draft);
    }
  }

  /** Seals a value for one place; sealing the same value again gives other bytes. */
  public Data seal(EnvironmentId environment, SecretName name, int version, Secret secret) {
    return seal(place(environment, name, version), secret);
  }

  /** Seals a credential for one place of repositories. */
  public Data seal(GitPlace gitPlace, int version, Secret secret) {
    return seal(place(gitPlace, version), secret);
  }

  private Data seal(byte[] place, Secret secret) {
    byte[] plain = secret.toBytes();
    try {
      return Data.of(aead.encrypt(plain, place));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a value of bounded size can be sealed", e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * Opens a sealed value.
   *
   * @throws ErrandException SECRET_MISSING when it was deleted, altered, moved from another place
   *     or sealed with another installation's keyset
   */
  public Secret open(Event.SecretSealed fact) {
    String what = "secret %s of environment %s".formatted(fact.name(), fact.environment());
    if (fact.deleted()) {
      throw new ErrandException(FailureCode.SECRET_MISSING, what + " was deleted");
    }
    return open(fact.sealed(), place(fact.environment(), fact.name(), fact.version()), what);
  }

  /**
   * Opens a sealed credential.
   *
   * @throws ErrandException SECRET_MISSING as for a secret
   */
  public Secret open(Event.GitCredentialSealed fact) {
    String what = "the git credential for " + fact.place();
    if (fact.deleted()) {
      throw new ErrandException(FailureCode.SECRET_MISSING, what + " was deleted");
    }
    return open(fact.sealed(), place(fact.place(), fact.version()), what);
  }

  private Secret open(Data sealed, byte[] place, String what) {
    try {
      byte[] plain = aead.decrypt(sealed.toBytes(), place);
      Secret secret = Secret.of(plain);
      Arrays.fill(plain, (byte) 0);
      return secret;
    } catch (GeneralSecurityException e) {
      throw new ErrandException(
          FailureCode.SECRET_MISSING,
          what + " cannot be opened with this node's keyset: it was sealed with another one",
          e);
    }
  }

  private static byte[] place(GitPlace gitPlace, int version) {
    return "errand git/%s#%d".formatted(gitPlace, version).getBytes(StandardCharsets.UTF_8);
  }

  /** The grammars of both names exclude the separator, so places never collide. */
  private static byte[] place(EnvironmentId environment, SecretName name, int version) {
    return "errand secret/%s/%s/%d"
        .formatted(environment, name, version)
        .getBytes(StandardCharsets.UTF_8);
  }
}
