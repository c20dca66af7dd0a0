package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.sandbox.PhaseSpec.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What phases try against their box, its runner and the phases after them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePhasesDockerTest {
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

  private void assertUsable() throws InterruptedException {
    assertThat(lab.run(box, Kind.DIFF, "echo fine").output()).isEqualTo("fine\n");
  }

  @Test
  void aForkBombIsStopped() throws InterruptedException {
    PhaseSpec bomb =
        new PhaseSpec(
            "bomb",
            Kind.AGENT,
            "bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 60",
            "/tmp",
            java.util.Map.of(),
            java.util.Map.of(),
            null,
            java.time.Duration.ofSeconds(2));

    Lab.Ended ended = lab.run(box, bomb);

    assertThat(ended.result().timedOut()).isTrue();
    assertUsable();
  }

  @Test
  void aMemoryHogIsNamedAndLeavesTheRunnerAlive() throws InterruptedException {
    Lab.Ended ended = lab.run(box, Kind.AGENT, "python3 -c 'b = bytearray(1 << 30)'");

    assertThat(ended.result()).isEqualTo(new PhaseResult(137, false, true));
    assertUsable();
    assertThat(lab.run(box, Kind.AGENT, "exit 1").result().outOfMemory()).isFalse();
  }

  @Test
  void nobodyTracesOrReadsTheRunner() throws InterruptedException {
    String attack =
        """
        python3 - <<'END'
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for request in (16, 0x4206):  # ATTACH, SEIZE
            print(libc.ptrace(request, 1, 0, 0), ctypes.get_errno())
        for name in ("mem", "environ", "maps", "fd/0", "root", "cwd", "exe"):
            try:
                path = "/proc/1/" + name
                print(name, open(path, "rb").read(1))
            except OSError as e:
                print(name, "refused")
        END
        kill -KILL 1; kill -STOP 1; kill -TERM 1; kill -SEGV 1; echo alive
        """;
    String held =
        """
        -1 1
        -1 1
        mem refused
        environ refused
        maps refused
        fd/0 refused
        root refused
        cwd refused
        exe refused
        alive
        """;

    assertThat(lab.run(box, Kind.AGENT, attack).output()).isEqualTo(held);
    assertThat(lab.run(box, Kind.SETUP, attack).output()).isEqualTo(held);
    assertUsable();
  }

  @Test
  void aForgedControlConnectionIsRefused() throws InterruptedException {
    Lab.Ended ended =
        lab.run(
            box,
            Kind.AGENT,
            """
            python3 - <<'END'
            import socket, struct
            s = socket.socket(socket.AF_UNIX)
            s.connect("/errand/box/control.sock")
            end = struct.pack(">I", 6) + b"forged" + struct.pack(">IB", 0, 0)
            try:
                s.sendall(struct.pack(">IB", len(end), 19) + end)
                print(s.recv(1))
            except OSError:
                print(b"")
            END
            touch /errand/box/control.sock.2 || mv /errand/box/control.sock /tmp/ || exit 5
            """);

    assertThat(ended.output()).startsWith("b''\n").contains("Read-only file system");
    assertThat(ended.exitCode()).isEqualTo(5);
  }

  /** Where boxes have user namespaces, the runner is an ordinary user to the socket as well. */
  @Test
  void anOrdinaryUserReachesTheControlSocketAndIsNotHeard() throws InterruptedException {
    Lab.Ended ended =
        lab.run(
            box,
            Kind.SETUP,
            """
            python3 - <<'END'
            import os, socket
            os.setuid(65534)
            s = socket.socket(socket.AF_UNIX)
            s.connect("/errand/box/control.sock")
            try:
                print(s.recv(1))
            except OSError:
                print(b"")
            END
            """);

    assertThat(ended.output()).isEqualTo("b''\n");
  }

  @Test
  void nothingOfAPhaseReachesTheNext() throws InterruptedException {
    String survivors =
        """
        chmod 1777 /dev/shm
        setsid nohup sh -c 'while :; do echo alive >> /root/daemon; sleep 0.05; done' &
        setsid su -s /bin/sh nobody -c 'trap "" TERM HUP; exec sleep 600' > /dev/null 2>&1 &
        python3 - <<'END'
        import ctypes, os
        libc = ctypes.CDLL(None)
        for user in (0, 65534):
            if os.fork() == 0:
                os.setuid(user)
                libc.shmget(0x1234 + user, 4096, 0o1600)
                libc.msgget(0x1234 + user, 0o1600)
                libc.semget(0x1234 + user, 1, 0o1600)
                libc.mq_open(b"/queue%d" % user, os.O_CREAT | os.O_RDWR, 0o600, None)
                open("/dev/shm/shared%d" % user, "w").close()
                os._exit(0)
            os.wait()
        END
        mkdir -p "$TMPDIR/a/b"; touch "$TMPDIR/a/b/c"; ln -s / "$TMPDIR/root"
        echo "$TMPDIR" > /root/temporary
        ipcs | grep -c 0x000; find /dev/mqueue /dev/shm -mindepth 1 | wc -l
        sleep 0.3
        """;

    Lab.Ended setup = lab.run(box, Kind.SETUP, survivors);
    Lab.Ended next =
        lab.run(
            box,
            Kind.AGENT,
            """
            ipcs | grep -c 0x000; find /dev/mqueue /dev/shm -mindepth 1 | wc -l
            ls -d $(cat /root/temporary) 2>&1 | grep -c 'No such'
            ls -d /proc/[0-9]* | wc -l
            wc -l < /root/daemon > /tmp/before; sleep 0.3; wc -l < /root/daemon | cmp - /tmp/before
            """);

    assertThat(setup.output()).isEqualTo("6\n4\n");
    // PID 1, the shell, its command substitution's ls; no fourth
    assertThat(next.output().lines().toList()).startsWith("0", "0", "1").hasSize(4);
    assertThat(Integer.parseInt(next.output().lines().toList().get(3))).isLessThanOrEqualTo(4);
    assertThat(next.exitCode()).isZero();
  }

  @Test
  void aDaemonThatHoldsTheOutputDoesNotHoldThePhase() throws InterruptedException {
    Lab.Ended ended = lab.run(box, Kind.SETUP, "(trap '' TERM HUP; sleep 600) & echo done");

    assertThat(ended.output()).isEqualTo("done\n");
    assertThat(ended.exitCode()).isZero();
  }

  @Test
  void thereIsNoNetworkAndNoWayToMakeOne() throws InterruptedException {
    Lab.Ended ended =
        lab.run(
            box,
            Kind.AGENT,
            "ls /sys/class/net; unshare -Ur true 2>/dev/null && echo user namespace; "
                + "mount -t tmpfs none /mnt 2>/dev/null && echo mount; "
                + "mknod /tmp/sda b 8 0 2>/dev/null && echo device; true");

    assertThat(ended.output()).isEqualTo("lo\n");
  }
}
