package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.sandbox.PhaseSpec.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a box writes, wherever it can: all of it together stays within the box's limit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileDiskDockerTest {
  private static final long MIB = 1L << 20;
  private static final long LIMIT = 192 * MIB;
  private static final long SLACK = 64 * MIB;

  /** Other programs of this machine write as well; unlimited, the box would have taken 8 GiB. */
  private static final long NOISE = 1024 * MIB;

  /** One inode for 4 KiB in a disk this small. */
  private static final long MAX_INODES = LIMIT / 4096;

  /** Files of every place that is not memory; the last four are the engine's own mounts. */
  private static final List<String> PLACES =
      List.of(
          "/new-file",
          "/new-folder/file",
          "/root/file",
          "/tmp/file",
          "$TMPDIR/file",
          "/workspace/file",
          "/var/lib/file",
          "/usr/local/file",
          "/etc/file",
          "/errand/file",
          "/data/file",
          "/etc/hosts",
          "/etc/hostname",
          "/etc/resolv.conf");

  private static final String IMAGE_WITH_VOLUME =
      """
      FROM errand/universal
      RUN mkdir /data && echo shipped > /data/shipped
      VOLUME /data
      """;

  private Lab lab;
  private String image;

  @BeforeAll
  void open() {
    lab = new Lab();
    image = lab.image(IMAGE_WITH_VOLUME);
  }

  @AfterAll
  void close() {
    lab.close();
  }

  private Box box() {
    return lab.boxes().create(Lab.spec(image, LIMIT));
  }

  private static String fill() {
    return PLACES.stream()
        .map(
            place ->
                """
                mkdir -p "$(dirname %1$s)" 2>/dev/null
                dd if=/dev/zero of=%1$s bs=1M count=%2$d 2>/dev/null
                """
                    .formatted(place, 3 * LIMIT / MIB))
        .collect(Collectors.joining());
  }

  /** The 1 KiB blocks that all places hold together, each counted once. */
  private static String held() {
    return "du -ck --apparent-size %s 2>/dev/null | tail -1 | cut -f1"
        .formatted(String.join(" ", PLACES));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"SETUP", "AGENT"}) // a diff's phase has no dd
  void threeTimesTheLimitIntoEveryPlaceTakesTheLimit(Kind kind) throws InterruptedException {
    long free = lab.root().toFile().getUsableSpace();
    Box hostile = box();
    Box other = box();

    Lab.Ended ended = lab.run(hostile, kind, fill() + held());
    long fallen = free - lab.root().toFile().getUsableSpace();
    Lab.Ended meanwhile =
        lab.run(other, Kind.AGENT, "dd if=/dev/zero of=/tmp/mine bs=1M count=100 && cat /data/*");

    long heldBytes = Long.parseLong(ended.output().strip()) * 1024;
    assertThat(heldBytes).as("bytes that the box holds").isBetween(LIMIT / 2, LIMIT);
    assertThat(fallen).as("bytes that the host lost").isLessThan(2 * LIMIT + SLACK + NOISE);
    assertThat(writtenBesideItsDisk(hostile)).as("bytes of the engine's").isLessThan(MIB);
    assertThat(allocated(hostile)).as("bytes of the box's file").isLessThan(LIMIT + SLACK);
    assertThat(meanwhile.exitCode()).isZero();
    assertThat(meanwhile.output()).endsWith("shipped\n");
    assertThat(lab.run(hostile, Kind.AGENT, "rm -f /tmp/file && echo room > /root/more").exitCode())
        .isZero();
    lab.boxes().remove(hostile);
    lab.boxes().remove(other);
  }

  private Path disk(Box box) {
    return lab.root().resolve("disks").resolve(box.id() + ".ext4");
  }

  /** What the engine says that the container has written to the engine's own disk. */
  private long writtenBesideItsDisk(Box box) {
    return lab.engine()
        .call(
            "size a container",
            client ->
                Objects.requireNonNullElse(
                    client
                        .listContainersCmd()
                        .withShowSize(true)
                        .withIdFilter(List.of(box.containerId()))
                        .exec()
                        .getFirst()
                        .getSizeRw(),
                    0L)); // none is the engine's word for nothing
  }

  /** What the file takes on the host's disk, which is less than its length. */
  private long allocated(Box box) throws InterruptedException {
    try {
      Process du = new ProcessBuilder("du", "-k", disk(box).toString()).start();
      String said =
          new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(du.waitFor()).isZero();
      return Long.parseLong(said.split("\t")[0]) * 1024;
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  @Test
  void inodesAreLimitedAsWell() throws InterruptedException {
    Box hostile = box();

    Lab.Ended ended =
        lab.run(
            hostile,
            Kind.AGENT,
            """
            python3 - <<'END'
            import errno, os
            made = 0
            os.makedirs("/root/many", exist_ok=True)
            try:
                while made < 200_000:
                    os.close(os.open("/root/many/%d" % made, os.O_CREAT))
                    made += 1
            except OSError as e:
                print(errno.errorcode[e.errno])
            print(made)
            END
            """);

    List<String> lines = ended.output().lines().toList();
    assertThat(lines.getFirst()).isEqualTo("ENOSPC");
    assertThat(Long.parseLong(lines.getLast())).isBetween(MAX_INODES / 2, MAX_INODES);
    lab.boxes().remove(hostile);
  }

  @Test
  void memoryFileSystemsCountAsMemory() throws InterruptedException {
    Box hostile = box();

    Lab.Ended ended =
        lab.run(
            hostile,
            Kind.SETUP,
            """
            for place in /dev/shm/file /dev/file /dev/mqueue/file /sys/fs/cgroup/file; do
              dd if=/dev/zero of=$place bs=1M count=1000 2>/dev/null
            done
            du -ck /dev/shm /dev | tail -1 | cut -f1
            """);

    assertThat(Long.parseLong(ended.output().strip()) * 1024)
        .isLessThanOrEqualTo(Lab.SMALL.memoryBytes());
    assertThat(lab.run(hostile, Kind.AGENT, "echo fine").output()).isEqualTo("fine\n");
    lab.boxes().remove(hostile);
  }

  @Test
  void aRemovedBoxGivesItsSpaceBack() throws IOException, InterruptedException {
    Box box = box();
    lab.run(box, Kind.AGENT, "dd if=/dev/zero of=/root/file bs=1M count=100");

    assertThat(NoOrphans.devicesOn(disk(box))).isOne();

    lab.boxes().remove(box);
    lab.boxes().remove(box);

    assertThat(disk(box)).doesNotExist();
    NoOrphans.awaitNoDeviceOn(disk(box));
  }

  @Test
  void aBoxHasTheImagesFilesAndMayChangeAllOfThem() throws InterruptedException {
    Box box = box();

    Lab.Ended ended =
        lab.run(
            box,
            Kind.SETUP,
            """
            set -e
            cat /data/shipped; echo more >> /data/shipped
            mkdir /new /opt/new; mv /usr/share/doc /usr/share/documents
            echo 127.0.0.1 database >> /etc/hosts; getent hosts database | cut -d' ' -f1
            hostname; cat /etc/hostname
            ln /etc/passwd /etc/passwd.hard; rm -r /opt; chmod 700 /var/lib
            stat -c '%a %U' / /tmp /root
            """);

    assertThat(ended.output())
        .isEqualTo("shipped\n127.0.0.1\nbox\nbox\n755 root\n1777 root\n700 root\n");
    assertThat(lab.run(box, Kind.AGENT, "cat /data/shipped; ls -d /new").output())
        .isEqualTo("shipped\nmore\n/new\n");
    assertThat(lab.run(box(), Kind.AGENT, "cat /data/shipped; ls -d /opt /new").output())
        .startsWith("shipped\n")
        .contains("/opt\n", "'/new': No such file");
  }

  @Test
  void noDeviceAndNoForeignUserIsTakenFromTheDisk() throws InterruptedException {
    Box box = box();

    Lab.Ended ended =
        lab.run(
            box,
            Kind.SETUP,
            """
            awk '$5 == "/" { print $6 }' /proc/self/mountinfo
            cp /usr/bin/id /usr/local/bin/id4; chmod 4755 /usr/local/bin/id4
            setpriv --reuid=65534 /usr/local/bin/id4 -u
            cat /errand/box/../../dev/loop* 2>&1 | head -1
            ls /errand
            """);

    assertThat(ended.output().lines().toList())
        .satisfies(lines -> assertThat(lines.getFirst()).contains("nosuid").contains("nodev"))
        .contains("65534")
        .endsWith("box", "programs", "runner");
    lab.boxes().remove(box);
  }
}
