package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.sandbox.PhaseSpec.Kind;
import dev.errand.schemas.ErrandException;
import dev.errand.schemas.FailureCode;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an image can say, and what it cannot decide. */
class ImagesDockerTest {
  private static final String DOCKERFILE =
      """
      FROM errand/universal
      ENV FROM_IMAGE=yes BASH_ENV=/root/env PATH=/opt/tool/bin:$PATH
      LABEL errand.installation=forged errand.box=forged
      HEALTHCHECK --interval=1s CMD touch /root/healthy
      RUN mkdir /data && echo shipped > /data/shipped
      USER 65534
      WORKDIR /opt
      VOLUME /data
      ENTRYPOINT ["/bin/false"]
      """;

  private final Lab lab = new Lab();
  private final String image = lab.image(DOCKERFILE);
  private final Box box = lab.boxes().create(Lab.spec(image));

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void entrypointUserLabelsAndHealthcheckAreOurs() throws InterruptedException {
    Lab.Ended ended = lab.run(box, Kind.SETUP, "id -u; ls /root/healthy 2>&1 | wc -l; sleep 1.5");
    Lab.Ended later = lab.run(box, Kind.VERIFY, "ls /root/healthy");

    assertThat(ended.output()).isEqualTo("0\n1\n");
    assertThat(later.exitCode()).isEqualTo(2);
    assertThat(box.labels())
        .containsEntry("errand.installation", lab.installation())
        .containsEntry("errand.box", box.id().value());
  }

  @Test
  void itsVariablesReachSetupAndAgentOnly() throws InterruptedException {
    String script = "echo \"${FROM_IMAGE-}|${BASH_ENV-}|$PATH\"";
    String login = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    String seen = "yes|/root/env|/opt/tool/bin:" + login + "\n";

    assertThat(lab.run(box, Kind.SETUP, script).output()).isEqualTo(seen);
    assertThat(lab.run(box, Kind.AGENT, script).output()).isEqualTo(seen);
    assertThat(lab.run(box, Kind.DIFF, script).output()).isEqualTo("||/proc/self/fd/8\n");
    assertThat(lab.run(box, Kind.CHECKOUT, script).output()).isEqualTo("||" + login + "\n");
  }

  @Test
  void itsVolumesAreFoldersOfTheBox() throws InterruptedException {
    NoOrphans orphans = new NoOrphans(lab.engine(), lab.installation(), lab.root());

    Lab.Ended ended =
        lab.run(box, Kind.AGENT, "cat /data/shipped; touch /data/new; stat -f -c %T /data");

    assertThat(ended.output()).isEqualTo("shipped\noverlayfs\n");
    assertThat(orphans.volumesOf(box.containerId())).isEmpty();
  }

  @Test
  void aRunnerThatTheMemoryLimitKilledIsNamed() {
    String attack =
        """
        echo -1000 > /proc/self/oom_score_adj 2>/dev/null; echo 1000 > /proc/1/oom_score_adj
        echo up
        python3 -c 'b = [bytearray(1 << 20) for _ in range(4096)]'
        sleep 60
        """;

    try (BoxSession session = lab.boxes().open(box)) {
      // Whichever process the kernel picks: the phase has failed for memory, or the whole box has.
      PhaseResult result =
          session.run(Lab.phase("suicide", Kind.AGENT, attack), (offset, data) -> {});
      assertThat(result.outOfMemory()).isTrue();
    } catch (ErrandException thrown) {
      assertThat(thrown.code()).isEqualTo(FailureCode.OUT_OF_MEMORY);
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @Test
  void anInterruptedCallHasItsEffect() {
    Thread.currentThread().interrupt();

    Box another = lab.boxes().create(Lab.spec(image));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(another.running()).isTrue();
  }

  @Test
  void openingARemovedBoxIsALoss() {
    lab.boxes().remove(box);

    assertThatThrownBy(() -> lab.boxes().open(box))
        .isInstanceOfSatisfying(
            ErrandException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(FailureCode.BOX_LOST));
    assertThat(lab.boxes().orphanedFolders()).isEmpty();
    Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> lab.boxes().all().isEmpty());
  }
}
