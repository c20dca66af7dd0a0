package dev.errand.repositories;

import dev.errand.repositories.credentials.Credential;
import dev.errand.repositories.lfs.ContentStore;
import dev.errand.repositories.lfs.LfsException;
import dev.errand.repositories.lfs.LfsServer;
import dev.errand.repositories.lfs.LfsServer.Endpoint;
import dev.errand.repositories.lfs.PinnedHttp;
import dev.errand.repositories.lfs.Pointer;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.CommitSha;
import dev.errand.schemas.ids.RepositoryUrl;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Brings the contents that a commit's pointers of Git LFS name into its mirror. The server is the
 * one that belongs to the repository's URL: what the repository itself says of another (.lfsconfig)
 * is not read, as whoever may push could then have the credential shown to anybody.
 */
final class Lfs {
  /** 100,000 files, at 300 bytes each. */
  private static final int MAX_LISTING_BYTES = 32 << 20;

  /**
   * Prints the blobs that have the attribute and a pointer's size. Its scratch folder lies and is
   * named as those of {@link CommitProbe}, which sweeps what a killed shell leaves.
   */
  private static final String POINTERS =
      """
      folder=$(mktemp -d "$PWD/probe-XXXXXXXX"); trap 'rm -rf "$folder"' EXIT
      mkdir "$folder/none"
      export GIT_INDEX_FILE="$folder/index"
      git --git-dir="$1" read-tree "$2"
      git --git-dir="$1" --work-tree="$folder/none" ls-files -s -z -- ':(attr:filter=lfs)' |
        tr '\\n\\0' ' \\n' | grep '^100' | cut -d ' ' -f 2 | sort -u |
        git --git-dir="$1" cat-file --batch-check='%(objectsize) %(objectname)' |
        awk -v max="$3" '$1 <= max { print $2 }' |
        git --git-dir="$1" cat-file --batch
      """;

  private final Mirror mirror;
  private final Git git;
  private final Admission admission;
  private final RepositoryPolicy policy;
  private final BooleanSupplier diskIsShort;
  private final RepositoryUrl top;
  private final ContentStore store;

  /**
   * @param top the repository that the mirror is of
   */
  Lfs(
      Mirror mirror,
      Git git,
      Admission admission,
      RepositoryPolicy policy,
      BooleanSupplier diskIsShort,
      RepositoryUrl top) {
    this.mirror = mirror;
    this.git = git;
    this.admission = admission;
    this.policy = policy;
    this.diskIsShort = diskIsShort;
    this.top = top;
    this.store = new ContentStore(mirror.directory());
  }

  /**
   * Fetches what is missing for a commit that is here.
   *
   * @param url the top or one of its submodules
   * @return why some files stay pointers; empty when none does
   */
  Optional<String> fetch(RepositoryUrl url, CommitSha commit, Consumer<String> progress)
      throws InterruptedException {
    List<Pointer> missing = new ArrayList<>();
    if (usesLfs(commit)) {
      missing.addAll(pointers(url, commit));
      missing.removeIf(pointer -> store.has(pointer.content()));
    }
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    requireRoom(url, missing);
    ContentStore.Watch watch = watch(missing, progress);
    try {
      Remote remote = url.equals(top) ? admission.admit(url) : admission.admit(url, top);
      if (url.scheme().equals("file")) {
        copy(Path.of(URI.create(remote.address())), missing, watch);
      } else {
        download(url, remote, missing, watch);
      }
      return Optional.empty();
    } catch (LfsException e) {
      return Optional.of(
          "Git LFS: %d file(s) of '%s' are pointers for the agent: %s"
              .formatted(
                  missing.stream().filter(one -> !store.has(one.content())).count(),
                  url,
                  e.getMessage()));
    }
  }

  private boolean usesLfs(CommitSha commit) throws InterruptedException {
    return mirror
        .read("grep", "-q", "-e", "filter=lfs", commit.value(), "--", ":(glob)**/.gitattributes")
        .succeeded();
  }

  private List<Pointer> pointers(RepositoryUrl url, CommitSha commit) throws InterruptedException {
    return Pointer.in(
        mirror.script(
            "'%s'".formatted(url),
            MAX_LISTING_BYTES,
            POINTERS,
            mirror.directory().toString(),
            commit.value(),
            "" + Pointer.MAX_BYTES));
  }

  private void requireRoom(RepositoryUrl url, List<Pointer> missing) {
    long left = policy.maxMirrorBytes() - mirror.bytes();
    for (Pointer pointer : missing) {
      left -= Math.min(pointer.size(), policy.maxMirrorBytes());
      if (left < 0) {
        throw new ErrandException(
            FailureCode.REPOSITORY_TOO_LARGE,
            "'%s': more than %d bytes with its files of Git LFS"
                .formatted(url, policy.maxMirrorBytes()));
      }
    }
  }

  /** Ends what takes too long or has no room, and tells how far it is. */
  private ContentStore.Watch watch(List<Pointer> missing, Consumer<String> progress) {
    long deadline = System.nanoTime() + policy.fetchTimeout().toNanos();
    long all = missing.stream().mapToLong(Pointer::size).sum();
    AtomicLong come = new AtomicLong();
    return bytes -> {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new ErrandException(
            FailureCode.REPOSITORY_UNREACHABLE, "Git LFS: the contents took too long");
      }
      if (diskIsShort.getAsBoolean()) {
        throw new ErrandException(
            FailureCode.DISK_FULL, "the disk has no room for contents of Git LFS");
      }
      progress.accept("Git LFS: %d of %d KiB".formatted(come.addAndGet(bytes) >> 10, all >> 10));
    };
  }

  private void download(
      RepositoryUrl url, Remote remote, List<Pointer> missing, ContentStore.Watch watch)
      throws LfsException, InterruptedException {
    Endpoint endpoint = endpoint(url, remote);
    try (PinnedHttp http =
        new PinnedHttp(
            address -> admission.admit(address, url, top), policy.caFile(), policy.proxy())) {
      new LfsServer(endpoint, http).fetch(missing, store, watch);
    }
  }

  private Endpoint endpoint(RepositoryUrl url, Remote remote)
      throws LfsException, InterruptedException {
    if (url.scheme().equals("ssh")) {
      URI address = URI.create(url.value());
      return Endpoint.parse(
          git.ssh(
              GitCommand.of(policy.resolveTimeout()).to(remote),
              address,
              "git-lfs-authenticate %s download".formatted(quoted(address.getPath()))));
    }
    Endpoint endpoint = Endpoint.of(url.value());
    return remote.login() != null && remote.login().credential() instanceof Credential.Token token
        ? endpoint.as(token.user(), token.token())
        : endpoint;
  }

  /** The remote's shell reads it. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** From a repository's own store; a bare one has it at its top. */
  private void copy(Path repository, List<Pointer> missing, ContentStore.Watch watch)
      throws LfsException, InterruptedException {
    Path inside = repository.resolve(".git");
    Path contents =
        (Files.isDirectory(inside) ? inside : repository).resolve("lfs").resolve("objects");
    for (Pointer pointer : missing) {
      Path file = ContentStore.file(contents, pointer.content());
      if (!Files.isRegularFile(file)) {
        throw new LfsException("the folder does not have a content");
      }
      try (InputStream in = Files.newInputStream(admission.real(top, file))) {
        store.take(pointer, in, watch);
      } catch (IOException e) {
        throw new LfsException("a content cannot be read: " + e.getMessage());
      }
    }
  }
}
