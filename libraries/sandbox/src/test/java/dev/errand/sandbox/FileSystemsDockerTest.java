package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.sandbox.BoxesSettings.Isolation;
import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import dev.errand.sandbox.disks.Disks;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Boxes whose folder lies on file systems of all kinds. Their disks bring their own file system,
 * which an overlay can use, so it is enough that files have room and sockets can lie there. Only
 * root can mount one: run this as root, as .ci/run does.
 */
class FileSystemsDockerTest {
  private static final long DISK_BYTES = 48L << 20;

  private final Lab lab = new Lab();
  private Path mount = lab.root();

  @BeforeEach
  void makeFolder() throws IOException {
    mount = Files.createTempDirectory("fs-");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount --lazy --recursive %s || true; rm -r --one-file-system %1$s*".formatted(mount));
    lab.close();
  }

  private Boxes boxes(Rule... without) {
    Isolation isolation = new Isolation(512, null, Set.of(without), false);
    return new Boxes(
        lab.engine(),
        new BoxesSettings(lab.installation(), Lab.NODE, mount.resolve("b"), isolation, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount -t tmpfs -o size=512m none %1$s",
        "mkdir %1$s-l %1$s-u %1$s-w;"
            + " mount -t overlay -o lowerdir=%1$s-l,upperdir=%1$s-u,workdir=%1$s-w none %1$s"
      })
  void aBoxHasItsDiskWhereverItsFileHasRoom(String command) throws Exception {
    run(command.formatted(mount));
    try (Boxes boxes = boxes()) {
      Box box = boxes.create(Lab.spec(Lab.IMAGE, DISK_BYTES));
      try {
        assertThat(Disks.canLieIn(mount)).isTrue();
        Lab.Ended writing =
            lab.run(boxes, box, "mkdir /work && dd if=/dev/zero of=/work/file bs=1M count=64");

        assertThat(writing.exitCode()).isEqualTo(1);
        assertThat(writing.output()).contains("No space left on device");
      } finally {
        boxes.remove(box);
      }
    }
  }

  @Test
  void aFileSystemWithoutRoomAtOnceIsNamedAndServesWithoutDisks() throws Exception {
    run("truncate -s 256M %1$s-d; mkfs.ext2 -q %1$s-d; mount -o loop %1$s-d %1$s".formatted(mount));
    assertThat(Disks.canLieIn(mount)).isFalse();
    try (Boxes boxes = boxes()) {
      assertThatThrownBy(() -> boxes.create(Lab.spec(Lab.IMAGE, DISK_BYTES)))
          .isInstanceOfSatisfying(
              ErrandException.class,
              thrown -> {
                assertThat(thrown.code()).isEqualTo(FailureCode.ENGINE_FAILED);
                assertThat(thrown.failure().message())
                    .contains(mount.toString(), "not supported", "errand doctor");
              });
    }

    try (Boxes boxes = boxes(Rule.DISK)) {
      Box box = boxes.create(Lab.spec(Lab.IMAGE, DISK_BYTES));
      try {
        assertThat(lab.run(boxes, box, "echo works").output()).isEqualTo("works\n");
      } finally {
        boxes.remove(box);
      }
    }
  }

  private static void run(String script) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sh", "-ec", script).inheritIO().start();
    assertThat(process.waitFor()).as(script).isZero();
  }
}
