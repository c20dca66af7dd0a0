package dev.errand.repositories.credentials;

import dev.errand.schemas.ids.GitPlace;
import dev.errand.schemas.ids.RepositoryUrl;
import java.util.Optional;

/** The credentials of the installation, as they are now. Thread-safe. */
@FunctionalInterface
public interface Credentials {
  /** Every remote is asked as a stranger. */
  Credentials NONE = url -> Optional.empty();

  /** The credential of the longest place that holds the repository and fits its scheme. */
  Optional<Found> find(RepositoryUrl url);

  /**
   * @param version counts the place's credentials: another one opens another mirror
   */
  record Found(GitPlace place, int version, Credential credential) {
    /** Whether the repository lies in the place, and its scheme is the credential's. */
    public boolean opens(RepositoryUrl url) {
      return place.holds(url) && credential.fits(url);
    }

    /** Names it without telling it. */
    public String name() {
      return place + "#" + version;
    }
  }
}
