package dev.errand.repositories;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which repositories are cloned, and how much of them; see {@link RepositorySettings} for units and
 * defaults.
 *
 * @param fileRoots absolute folders; empty refuses every {@code file://} URL
 * @param hosts exact names in lower case; empty takes every host
 */
public record RepositoryPolicy(
    List<Path> fileRoots,
    boolean allowHttp,
    Set<String> hosts,
    long maxMirrorBytes,
    Duration resolveTimeout,
    Duration fetchTimeout,
    @Nullable Path caFile,
    @Nullable String proxy,
    @Nullable Path sshIdentity,
    @Nullable Path sshKnownHosts) {
  private static final long GIB = 1L << 30;

  /** https and ssh from anywhere, and nothing of this machine. */
  public static final RepositoryPolicy REMOTE_ONLY =
      new RepositoryPolicy(
          List.of(),
          false,
          Set.of(),
          10 * GIB,
          Duration.ofSeconds(20),
          Duration.ofMinutes(15),
          null,
          null,
          null,
          null);

  public RepositoryPolicy {
    fileRoots = fileRoots.stream().map(Path::toAbsolutePath).toList();
    hosts = Set.copyOf(hosts);
  }

  /** What an operator has configured. */
  public static RepositoryPolicy of(RepositorySettings settings) {
    return new RepositoryPolicy(
        settings.fileRoots().orElse(List.of()),
        settings.allowHttp(),
        Set.copyOf(
            settings.hosts().orElse(List.of()).stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .toList()),
        settings.maxMirrorBytes(),
        settings.resolveTimeout(),
        settings.fetchTimeout(),
        settings.caFile().orElse(null),
        settings.proxy().orElse(null),
        settings.sshIdentity().orElse(null),
        settings.sshKnownHosts().orElse(null));
  }

  /** The same, with repositories of this machine below these folders. */
  public RepositoryPolicy withFileRoots(List<Path> roots) {
    return new RepositoryPolicy(
        roots,
        allowHttp,
        hosts,
        maxMirrorBytes,
        resolveTimeout,
        fetchTimeout,
        caFile,
        proxy,
        sshIdentity,
        sshKnownHosts);
  }
}
