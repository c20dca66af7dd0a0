package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.errand.sandbox.PhaseSpec.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a phase is given, what it says and how it ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PhasesDockerTest {
  private static final long GIB = 1L << 30;

  private Lab lab;
  private Box box;

  @BeforeAll
  void open() {
    lab = new Lab();
    box = lab.box();
  }

  @AfterAll
  void close() {
    lab.close();
  }

  @Test
  void aPhaseSaysWhatItSaysAndEndsAsItEnds() throws InterruptedException {
    Lab.Ended ended = lab.run(box, Kind.AGENT, "echo out; echo err >&2; exit 7");

    assertThat(ended.output()).isEqualTo("out\nerr\n");
    assertThat(ended.result()).isEqualTo(new PhaseResult(7, false, false));
  }

  @Test
  void aSignalIsAnExitCode() throws InterruptedException {
    assertThat(lab.run(box, Kind.AGENT, "kill -KILL $$").exitCode()).isEqualTo(137);
  }

  @Test
  void standardInputIsEmpty() throws InterruptedException {
    Lab.Ended ended =
        lab.run(box, Kind.SETUP, "read -r answer; echo \"<$answer>\" $?; cat | wc -c");

    assertThat(ended.output()).isEqualTo("<> 1\n0\n");
  }

  @Test
  void theEnvironmentIsCleanAndWhatWasAsked() throws InterruptedException {
    PhaseSpec phase =
        new PhaseSpec(
            "environment",
            Kind.AGENT,
            "env -u TMPDIR -u _ -u SHLVL -u PWD | sort; pwd; test -d \"$TMPDIR\"",
            "/workspace/a b/c",
            Map.of("CI", "1", "TEXT", "two\nlines 'quoted' \"ü\""),
            Map.of(),
            null,
            Duration.ofSeconds(30));

    Lab.Ended ended = lab.run(box, phase);

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.output().lines())
        .containsExactlyInAnyOrder(
            "CI=1",
            "HOME=/root",
            "LANG=C.UTF-8",
            "LOGNAME=root",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "SHELL=/bin/bash",
            "TERM=dumb",
            "TEXT=two",
            "USER=root",
            "lines 'quoted' \"ü\"",
            "/workspace/a b/c");
  }

  @Test
  void aScriptMayBeLongAndHasNoDescriptorOfOurs() throws InterruptedException {
    String script = ": " + "x".repeat(250 * 1024) + "\nls /proc/self/fd | tr '\\n' ' '";

    assertThat(lab.run(box, Kind.AGENT, script).output()).isEqualTo("0 1 2 3 "); // 3 is ls's own
  }

  @Test
  void outputIsBytes() throws InterruptedException {
    StringBuilder hex = new StringBuilder();
    try (BoxSession session = lab.boxes().open(box)) {
      session.run(
          Lab.phase("bytes", Kind.AGENT, "printf '\\xff\\xfe\\x00\\xc3('"),
          (offset, data) -> {
            for (byte one : data) {
              hex.append("%02x".formatted(one));
            }
          });
    }

    assertThat(hex).hasToString("fffe00c328");
  }

  @Test
  void aGigabyteOfOutputArrivesWhole() throws InterruptedException {
    AtomicLong next = new AtomicLong();
    try (BoxSession session = lab.boxes().open(box)) {
      PhaseResult result =
          session.run(
              Lab.phase("gigabyte", Kind.AGENT, "head -c 1G /dev/zero"),
              (offset, data) -> {
                assertThat(offset).isEqualTo(next.get());
                next.addAndGet(data.length);
              });

      assertThat(result.exitCode()).isZero();
    }
    assertThat(next).hasValue(GIB);
  }

  @Test
  void aPhaseThatTakesTooLongIsAskedAndThenKilled() throws InterruptedException {
    PhaseSpec polite = timed("polite", "trap 'echo bye; exit 3' TERM; sleep 60 & wait");
    PhaseSpec deaf = timed("deaf", "trap '' TERM; echo deaf; while :; do sleep 1; done");

    Lab.Ended asked = lab.run(box, polite);
    Lab.Ended killed = lab.run(box, deaf);

    assertThat(asked.result()).isEqualTo(new PhaseResult(3, true, false));
    assertThat(asked.output()).contains("bye");
    assertThat(killed.result()).isEqualTo(new PhaseResult(137, true, false));
    assertThat(killed.output()).isEqualTo("deaf\n");
  }

  private static PhaseSpec timed(String id, String script) {
    return new PhaseSpec(
        id, Kind.AGENT, script, "/tmp", Map.of(), Map.of(), null, Duration.ofMillis(300));
  }

  @Test
  void aPhaseCanBeKilledFromAnotherThread() throws InterruptedException {
    try (BoxSession session = lab.boxes().open(box)) {
      PhaseResult result =
          session.run(
              Lab.phase("killed", Kind.AGENT, "echo up; sleep 60"),
              (offset, data) -> session.kill());

      assertThat(result).isEqualTo(new PhaseResult(143, false, false));
    }
  }

  @Test
  void anIdIsExecutedOnce() throws InterruptedException {
    Lab.Ended first = lab.run(box, Lab.phase("once", Kind.AGENT, "echo x >> /root/once; exit 4"));
    Lab.Ended joined = lab.run(box, Lab.phase("once", Kind.AGENT, "echo x >> /root/once"));
    lab.run(box, Lab.phase("between", Kind.AGENT, "true"));
    Lab.Ended remembered = lab.run(box, Lab.phase("once", Kind.AGENT, "echo x >> /root/once"));

    assertThat(first.exitCode()).isEqualTo(4);
    assertThat(joined.result()).isEqualTo(first.result());
    assertThat(remembered.result()).isEqualTo(first.result());
    assertThat(lab.run(box, Kind.VERIFY, "wc -l < /root/once").output()).isEqualTo("1\n");
  }

  @Test
  void interruptingTheWatcherLeavesThePhaseAlone() throws InterruptedException {
    PhaseSpec phase = Lab.phase("unwatched", Kind.AGENT, "echo one; sleep 1; echo two");
    try (BoxSession session = lab.boxes().open(box)) {
      assertThatThrownBy(
              () -> session.run(phase, (offset, data) -> Thread.currentThread().interrupt()))
          .isInstanceOf(InterruptedException.class);
    }

    assertThat(lab.run(box, phase).output()).endsWith("two\n");
  }

  @Test
  void capabilitiesFollowTheKind() throws InterruptedException {
    // without a program: in a diff's phase there are few
    String script =
        "while read -r name value; do case $name in Cap*|NoNewPrivs*) echo -n \"$name$value \";;"
            + " esac; done < /proc/self/status";
    String six = "00000000000000db"; // CHOWN DAC_OVERRIDE FOWNER FSETID SETGID SETUID
    String none = "0000000000000000";

    for (Kind kind : Kind.values()) {
      String held = kind.privileged ? six : none;

      assertThat(lab.run(box, kind, script).output())
          .as("capabilities of %s", kind)
          .isEqualTo(
              "CapInh:%s CapPrm:%s CapEff:%s CapBnd:%s CapAmb:%s NoNewPrivs:1 "
                  .formatted(none, held, held, held, none));
    }
  }

  /** Without capabilities, a box's root is nobody to files of the host's other users. */
  @Test
  void whatIsMountedCanBeReadWithoutRights() throws InterruptedException {
    String closed =
        "find /errand -type d ! -executable; find /errand ! -type s ! -readable; echo end";

    assertThat(lab.run(box, Kind.AGENT, closed).output()).isEqualTo("end\n");
  }

  @Test
  void secretsReachTheirPhaseAndNothingElse() throws InterruptedException {
    byte[] value = "s3cret value=\n'x'".getBytes(StandardCharsets.UTF_8);
    PhaseSpec phase =
        new PhaseSpec(
            "secrets",
            Kind.SETUP,
            "printf %s \"$TOKEN\"; cat /proc/1/environ /proc/1/mem 2>&1 | grep -c s3cret",
            "/tmp",
            Map.of(),
            Map.of("TOKEN", value),
            null,
            Duration.ofSeconds(30));

    Lab.Ended setup = lab.run(box, phase);
    Lab.Ended agent =
        lab.run(box, Kind.AGENT, "echo \"<${TOKEN-}>\"; cat /proc/*/environ 2>&1 | grep -c s3cret");

    assertThat(setup.output()).isEqualTo("s3cret value=\n'x'0\n");
    assertThat(agent.output()).isEqualTo("<>\n0\n");
    String inspected =
        lab.engine()
            .call("inspect", client -> client.inspectContainerCmd(box.containerId()).exec())
            .toString();
    assertThat(inspected).doesNotContain("s3cret");
  }

  @Test
  void waitingCostsNothing() throws InterruptedException {
    String ticks = "cut -d' ' -f14,15 /proc/1/stat";
    String before = lab.run(box, Kind.AGENT, ticks).output();

    String after = lab.run(box, Kind.AGENT, "sleep 2; " + ticks).output();

    assertThat(sum(after) - sum(before)).isLessThan(5); // of 200 in two seconds
  }

  private static int sum(String ticks) {
    String[] both = ticks.strip().split(" ");
    return Integer.parseInt(both[0]) + Integer.parseInt(both[1]);
  }
}
