package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.sandbox.PhaseSpec.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A box's life on the real engine. */
class BoxesDockerTest {
  private final Lab lab = new Lab();

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void aPhaseSaysWhatItSaysAndEndsAsItEnds() throws InterruptedException {
    Box box = lab.box();

    Lab.Ended ended = lab.run(box, Kind.AGENT, "echo out; echo err >&2; exit 7");

    assertThat(ended.output()).isEqualTo("out\nerr\n");
    assertThat(ended.result()).isEqualTo(new PhaseResult(7, false, false));
  }
}
