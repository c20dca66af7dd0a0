package dev.errand.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A deployment's data folder, or a folder in it, on a disk of its own that a test can fill. It is a
 * tmpfs, so the test must be root.
 */
final class SmallDisk implements Surroundings {
  private static final int MIB = 1 << 20;

  private final int mebibytes;
  private final String below;
  private Path mount = Path.of("nowhere");

  /**
   * @param below the folder in the data folder; empty is the data folder itself
   */
  SmallDisk(int mebibytes, String below) {
    this.mebibytes = mebibytes;
    this.below = below;
  }

  @Override
  public void before(Path data) {
    assertThat(run("id", "-u").out().strip())
        .as("only root can mount a disk: run this test as root, as .ci/run does")
        .isEqualTo("0");
    try {
      mount = Files.createDirectories(data.resolve(below));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String options = "size=%dm,mode=700".formatted(mebibytes);
    run("mount", "-t", "tmpfs", "-o", options, "errand-test", mount.toString()).succeeded();
  }

  @Override
  public void after(Path data) {
    run("umount", "-l", mount.toString()).succeeded();
  }

  /** Writes until so much is free; nothing when there is less already. */
  void fillTo(int freeMebibytes) {
    long size = mount.toFile().getUsableSpace() / MIB - freeMebibytes;
    if (size > 0) {
      String file = filler("part").toString();
      run("fallocate", "-l", size + "MiB", file).succeeded();
    }
  }

  /** Writes until the disk refuses the last byte. */
  void fill() {
    run("dd", "if=/dev/zero", "of=" + filler("rest"), "bs=64k").exited(1);
    assertThat(mount.toFile().getUsableSpace()).isZero();
  }

  /** Takes away what it has written. */
  void free() {
    Folders.delete(filler("part"));
    Folders.delete(filler("rest"));
  }

  private Path filler(String name) {
    return mount.resolve("filler-" + name);
  }

  private static CommandResult run(String... command) {
    return CommandResult.of(List.of(command), SourceTree.ROOT, "", Map.of());
  }
}
