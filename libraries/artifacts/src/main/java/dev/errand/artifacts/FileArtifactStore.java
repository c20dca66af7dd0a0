package dev.errand.artifacts;

import dev.errand.schemas.ids.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Artifacts as files of one folder, readable by their owner only. A file gets its name by a rename
 * after its bytes and its folder have reached the disk, so a file with a digest's name is whole.
 */
public final class FileArtifactStore implements ArtifactStore {
  /** Beyond the largest log (1 GiB) even when it does not compress, and far beyond any patch. */
  public static final long MAX_ARTIFACT_BYTES = 2L << 30;

  private static final Logger LOG = LoggerFactory.getLogger(FileArtifactStore.class);
  private static final Set<StandardOpenOption> CREATE_AND_WRITE =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  private static final int FOLDER_CHARACTERS = 2; // 256 folders: few files in each

  private final Path root;
  private final DiskReserve reserve;
  private final long maxBytes;

  /**
   * @param root made when it is missing
   * @param reserve of the disk that it is on
   * @throws IOException when the folder cannot be made
   */
  public FileArtifactStore(Path root, DiskReserve reserve) throws IOException {
    this(root, reserve, MAX_ARTIFACT_BYTES);
  }

  FileArtifactStore(Path root, DiskReserve reserve, long maxBytes) throws IOException {
    this.root = root;
    this.reserve = reserve;
    this.maxBytes = maxBytes;
    PrivateFiles.createFolder(unfinished());
    sweep();
  }

  /** Removes the drafts of processes that have died: whoever writes one holds its lock. */
  private void sweep() throws IOException {
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(unfinished())) {
      for (Path draft : drafts) {
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock()) {
          if (lock != null) {
            Files.delete(draft);
          }
        } catch (NoSuchFileException | OverlappingFileLockException e) {
          LOG.debug("{} is somebody's who lives", draft);
        }
      }
    }
  }

  @Override
  public DiskReserve reserve() {
    return reserve;
  }

  @Override
  public ArtifactWriter write() throws IOException {
    while (true) {
      Path draft = Files.createTempFile(unfinished(), "draft", "", PrivateFiles.OWNER_ONLY);
      FileChannel channel = FileChannel.open(draft, CREATE_AND_WRITE, PrivateFiles.OWNER_ONLY);
      FileLock _ = channel.lock(); // until the channel is closed
      if (Files.exists(draft)) { // not swept before it was locked
        return new FileArtifactWriter(this, draft, channel, maxBytes);
      }
      channel.close();
    }
  }

  @Override
  public Optional<InputStream> open(Digest digest) throws IOException {
    try {
      return Optional.of(Files.newInputStream(fileOf(digest)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public OptionalLong size(Digest digest) throws IOException {
    try {
      return OptionalLong.of(Files.size(fileOf(digest)));
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    }
  }

  /** Gives a finished draft its name; the draft's bytes are already on the disk. */
  void adopt(Path draft, Digest digest) throws IOException {
    Path file = fileOf(digest);
    Path folder = root.resolve(digest.value().substring(0, FOLDER_CHARACTERS));
    PrivateFiles.createFolder(folder);
    if (Files.exists(file)) {
      return;
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private Path fileOf(Digest digest) {
    return root.resolve(digest.value().substring(0, FOLDER_CHARACTERS)).resolve(digest.value());
  }

  /** Where drafts lie; not two hex characters, so never among the artifacts. */
  private Path unfinished() {
    return root.resolve("unfinished");
  }
}
