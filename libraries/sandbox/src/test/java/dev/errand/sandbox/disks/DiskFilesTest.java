package dev.errand.sandbox.disks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk's file takes its room when it is made, and no more than there is. */
class DiskFilesTest {
  private static final long BYTES = 64L << 20;
  private static final BoxId BOX = new BoxId("0123456789ab");

  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("disks"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private DiskFiles files(long reserveBytes) {
    return new DiskFiles(folder.resolve("disks"), folder.resolve("frozen"), reserveBytes);
  }

  /** Of {@code st_blocks}, whose unit is 512 bytes. */
  private static long allocatedBytes(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(
            new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip())
        * 512;
  }

  @Test
  void takesItsRoomAtOnceForItsOwnerAlone() throws IOException {
    files(0).make(BOX, BYTES + 1);

    Path disk = folder.resolve("disks/0123456789ab.ext4");
    assertThat(names()).containsExactly("0123456789ab.ext4");
    assertThat(Files.size(disk)).isEqualTo(BYTES);
    assertThat(allocatedBytes(disk)).isBetween(BYTES, BYTES + (1 << 20));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(disk)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(disk.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void leavesTheReserveAloneAndNothingBehind() throws IOException {
    DiskFiles files = files(Long.MAX_VALUE / 2);

    assertThatThrownBy(() -> files.make(BOX, BYTES))
        .isInstanceOfSatisfying(
            ErrandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(FailureCode.DISK_FULL);
              assertThat(e.failure().message()).contains("64 MiB does not fit", "are kept");
            });

    assertThat(names()).isEmpty();
  }

  @Test
  void removesWhatAKilledProcessHasBegun() throws IOException {
    DiskFiles files = files(0);
    files.make(BOX, BYTES);
    Files.createFile(folder.resolve("disks/0123456789ab-1.new"));
    Files.createFile(folder.resolve("disks/0123456789ac.ext4"));

    files.remove(BOX);
    files.remove(BOX);

    assertThat(names()).containsExactly("0123456789ac.ext4");
  }

  @Test
  void aSmallDiskHasAnInodeForEachBlock() {
    assertThat(DiskFiles.inodes(64L << 20)).isEqualTo(16_384);
    assertThat(DiskFiles.inodes(1L << 30)).isEqualTo(65_536);
    assertThat(DiskFiles.inodes(10L << 30)).isEqualTo(655_360);
  }
}
