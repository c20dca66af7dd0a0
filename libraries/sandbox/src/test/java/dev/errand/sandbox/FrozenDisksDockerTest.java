package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.sandbox.PhaseSpec.Kind;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import dev.errand.schemas.ids.BoxId;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a box wrote, frozen when it has ended: others start from it, and nobody changes it. */
class FrozenDisksDockerTest {
  private static final long MIB = 1L << 20;

  /** Everything that a program can tell two files apart by, and each file's content. */
  private static final String LOOK =
      """
      find /workspace /root /usr/local /etc/motd.d -xdev -not -type d \\
          -printf '%p %i %s %m %U %G %C@ %T@ %l\\n' 2>/dev/null | sort
      find /workspace /root /usr/local -xdev -type f -exec cat {} + | sha256sum
      ls -d /etc/issue /usr/share/doc/* 2>/dev/null | wc -l
      """;

  /** In each place, files that are new, that replace the image's, and that hide them. */
  private static final String PREPARE =
      """
      set -e
      mkdir -p /workspace/app/node_modules /root/.m2 /usr/local/lib/mine
      for i in $(seq 500); do
        echo $i > /workspace/app/node_modules/$i; echo $i > /root/.m2/$i
      done
      dd if=/dev/urandom of=/root/large bs=1M count=64 2>/dev/null
      ln -s /root/large /workspace/app/link
      ln /root/large /root/twin
      chown 1234:1234 /workspace/app/node_modules/7
      touch -d 2001-02-03 /workspace/app/node_modules/8
      rm -rf /etc/issue /usr/share/doc; mkdir /usr/share/doc; touch /usr/share/doc/only
      """;

  private final Lab lab = new Lab();

  @AfterEach
  void close() {
    lab.close();
  }

  private Path file(BoxId id) {
    return lab.root().resolve("disks/frozen").resolve(id + ".ext4");
  }

  private String output(Box box, String script) throws InterruptedException {
    Lab.Ended ended = lab.run(box, Kind.SETUP, script);
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    return ended.output();
  }

  private BoxId frozenAfter(String script) throws InterruptedException {
    Box box = lab.box();
    output(box, script);
    lab.boxes().freeze(box);
    return box.id();
  }

  @Test
  void aBoxStartsFromItWithEveryFileAsItWas() throws InterruptedException {
    Box preparing = lab.box();
    output(preparing, PREPARE);
    String before = output(preparing, LOOK);

    lab.boxes().freeze(preparing);
    Box box = lab.boxFrom(preparing.id());

    assertThat(before.lines()).hasSizeGreaterThan(1000).endsWith("1");
    assertThat(output(box, LOOK)).isEqualTo(before);
    assertThat(box.prepared()).isEqualTo(preparing.id());
    assertThat(lab.boxes().all()).extracting(Box::id).containsExactly(box.id());
  }

  @Test
  void gitsIndexIsTrueInABoxThatStartsFromIt() throws InterruptedException {
    BoxId frozen =
        frozenAfter(
            """
            set -e; mkdir -p /workspace/app; cd /workspace/app; git init -q .
            for i in $(seq 50); do echo $i > $i; done; sleep 1.1
            git add .; git -c user.name=a -c user.email=a@b commit -qm all; git status --short
            """);

    Box box = lab.boxFrom(frozen);

    assertThat(output(box, "cd /workspace/app; git diff-files"))
        .as("files whose index entry is stale")
        .isEmpty();
  }

  @Test
  void whatABoxChangesNoOtherOneSees() throws IOException, InterruptedException {
    BoxId frozen = frozenAfter(PREPARE);
    Box careless = lab.boxFrom(frozen);
    Box beside = lab.boxFrom(frozen);
    String before = output(beside, LOOK);

    output(
        careless,
        """
        rm -rf /workspace/app/node_modules /root/.m2 /usr/share/doc
        echo worse > /root/large; echo worse > /usr/local/lib/mine/file; chmod 0777 /root
        """);
    Box later = lab.boxFrom(frozen);

    assertThat(NoOrphans.devicesOn(file(frozen))).as("one for all boxes").isOne();
    assertThat(output(beside, LOOK)).isEqualTo(before);
    assertThat(output(later, LOOK)).isEqualTo(before);
    assertThat(output(careless, LOOK)).isNotEqualTo(before);
    lab.boxes().all().forEach(lab.boxes()::remove);
    NoOrphans.awaitNoDeviceOn(file(frozen));
  }

  @Test
  void itTakesTheRoomOfWhatWasWritten() throws InterruptedException {
    Box preparing = lab.box();
    output(
        preparing,
        "dd if=/dev/urandom of=/root/kept bs=1M count=20; head -c 300M /dev/zero > /x; rm /x");

    long bytes = lab.boxes().freeze(preparing);

    assertThat(bytes).isBetween(20 * MIB, 60 * MIB).isLessThan(Lab.SMALL.diskBytes() / 10);
    assertThat(lab.boxes().freeze(preparing)).as("a second time").isEqualTo(bytes);
    assertThat(lab.boxes().frozen().all()).containsExactly(preparing.id());
    assertThat(lab.root().resolve("disks").resolve(preparing.id() + ".ext4")).doesNotExist();
  }

  /** A setup may leave its own file system in any state that a root without rights can make. */
  @Test
  void aHostileSetupCannotTakeThePlacesOfOurMounts() throws InterruptedException {
    BoxId frozen =
        frozenAfter(
            """
            mv /errand /old-errand && mkdir /errand && ln -s /etc /errand/box
            ln -s /bin/true /errand/runner; touch /errand/mine; chmod 0 /errand
            mv /tmp /old-tmp && ln -s /etc /tmp; rm -rf /workspace /etc/hosts; mkdir /etc/hosts
            """);

    Box box = lab.boxFrom(frozen);
    String seen = output(box, "ls -l /errand; stat -c %F /errand/box /errand/runner");

    assertThat(seen)
        .contains("runner", "programs", "box", "directory\nregular file\n")
        .doesNotContain("mine", "->");
  }

  @Test
  void nobodyNoticesThatItIsRemovedButWhoStartsThen() throws InterruptedException {
    BoxId frozen = frozenAfter("echo kept > /root/kept");
    Box running = lab.boxFrom(frozen);

    lab.boxes().frozen().remove(frozen);
    lab.boxes().frozen().remove(frozen);

    assertThat(output(running, "cat /root/kept")).isEqualTo("kept\n");
    assertThat(lab.boxes().frozen().all()).isEmpty();
    assertThatThrownBy(() -> lab.boxFrom(frozen))
        .isInstanceOfSatisfying(
            ErrandException.class,
            failed -> assertThat(failed.failure().code()).isEqualTo(FailureCode.ENGINE_FAILED))
        .hasMessageContaining("mount what was prepared");
    assertThat(lab.boxes().all()).extracting(Box::id).containsExactly(running.id());
  }
}
