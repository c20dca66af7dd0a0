package dev.errand.standalone;

import dev.errand.artifacts.ArtifactStore;
import dev.errand.artifacts.DiskReserve;
import dev.errand.artifacts.FileArtifactStore;
import dev.errand.repositories.Mirrors;
import dev.errand.repositories.RepositoryPolicy;
import dev.errand.repositories.credentials.Credentials;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.secrets.Vault;
import java.io.IOException;

/** What the front door and the workers of a machine both stand on: files in the data folder. */
record NodeParts(DataFolder data, Mirrors mirrors, Vault vault, ArtifactStore artifacts) {
  /** The same with what opens private repositories. */
  NodeParts with(Credentials credentials) {
    return new NodeParts(data, mirrors.with(credentials), vault, artifacts);
  }

  /**
   * Opens them.
   *
   * @param reserve of the data folder's disk
   * @throws ErrandException DISK_FULL when a folder cannot be made
   */
  static NodeParts open(DataFolder data, RepositoryPolicy repositories, DiskReserve reserve) {
    try {
      return new NodeParts(
          data,
          new Mirrors(data.mirrors(), repositories, reserve::isShort),
          Vault.open(data.keyset()),
          new FileArtifactStore(data.artifacts(), reserve));
    } catch (IOException e) {
      throw new ErrandException(
          FailureCode.DISK_FULL,
          "the data folder %s cannot be used: %s".formatted(data.root(), e.getMessage()),
          e);
    }
  }
}
