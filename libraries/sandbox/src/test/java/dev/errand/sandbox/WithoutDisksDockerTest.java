package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.sandbox.BoxesSettings.Isolation;
import dev.errand.sandbox.BoxesSettings.Isolation.Rule;
import dev.errand.sandbox.PhaseSpec.Kind;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An installation that says that it does without limits.disk, for an engine that cannot hold it.
 */
class WithoutDisksDockerTest {
  private static final String IMAGE_WITH_VOLUME =
      """
      FROM errand/universal
      RUN mkdir /data && echo shipped > /data/shipped
      VOLUME /data
      """;

  private final Lab lab = new Lab();
  private final NoOrphans orphans = new NoOrphans(lab.engine(), lab.installation(), lab.root());

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void boxesWriteToTheEnginesFileSystemAndLeaveNothing() throws InterruptedException {
    Set<Rule> without = Set.of(Rule.DISK);
    try (Boxes boxes = lab.another(new Isolation(512, null, without, false))) {
      Box box = boxes.create(Lab.spec(lab.image(IMAGE_WITH_VOLUME)));
      Set<String> volumes = orphans.volumesOf(box.containerId());

      assertThat(lab.run(box, Kind.SETUP, "cat /data/shipped; touch /root/new /data/new").output())
          .isEqualTo("shipped\n");
      assertThat(lab.root().resolve("disks").toFile().list()).containsExactly("frozen");
      assertThat(lab.root().resolve("disks/frozen")).isEmptyDirectory();
      assertThat(orphans.mounters()).isEmpty();
      assertThat(volumes).hasSize(1);

      boxes.remove(box);
      boxes.remove(box);

      assertThat(orphans.existing(volumes)).isEmpty();
    }
  }
}
