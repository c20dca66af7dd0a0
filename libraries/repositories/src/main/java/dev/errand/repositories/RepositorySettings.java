package dev.errand.repositories;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which repositories this installation clones, and how much of them. */
@ConfigMapping(prefix = "errand.repositories")
public interface RepositorySettings {
  /**
   * Absolute folders below which {@code file://} repositories are taken, judged by their real path;
   * none by default.
   */
  Optional<List<Path>> fileRoots();

  /** Whether unencrypted {@code http://} is taken: whoever is on the way can change the code. */
  @WithDefault("false")
  boolean allowHttp();

  /** The only hosts that are taken, by exact name; absent takes every host. */
  Optional<List<String>> hosts();

  /**
   * The most bytes that one repository's mirror may occupy, submodules and files of Git LFS
   * included; a small value refuses large histories, a large one lets a single repository fill the
   * disk.
   */
  @WithDefault("10737418240")
  long maxMirrorBytes();

  /** The longest wait for a remote's list of references; admission waits for it. */
  @WithDefault("20s")
  Duration resolveTimeout();

  /** The longest that one transfer may take; what a slow link needs for a large first clone. */
  @WithDefault("15m")
  Duration fetchTimeout();

  /** A file of certificates (PEM) that https trusts instead of the system's. */
  Optional<Path> caFile();

  /** The proxy's URL for https and http remotes. */
  Optional<String> proxy();

  /** A private key for ssh beside the service user's own, for every ssh remote. */
  Optional<Path> sshIdentity();

  /** Host keys for ssh instead of the service user's known_hosts; unknown hosts are refused. */
  Optional<Path> sshKnownHosts();

  /**
   * Refuses what is outside the ranges above.
   *
   * @throws IllegalArgumentException naming the setting
   */
  static void require(RepositorySettings settings) {
    for (Path root : settings.fileRoots().orElse(List.of())) {
      if (!root.isAbsolute()) {
        throw new IllegalArgumentException(
            "errand.repositories.file-roots: '%s' is not absolute".formatted(root));
      }
    }
    for (String host : settings.hosts().orElse(List.of())) {
      if (!host.matches("[A-Za-z0-9._:-]+")) {
        throw new IllegalArgumentException(
            "errand.repositories.hosts: '%s' is no host".formatted(host));
      }
    }
  }
}
