package dev.errand.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.errand.sandbox.PhaseSpec.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a box may ask the kernel for, in the phases with the most and with the least rights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SystemCallsDockerTest {
  /** Says by name what the kernel answers: 0 and more is "works". Numbers: asm/unistd_64.h. */
  private static final String ASK =
      """
      python3 - <<'END'
      import ctypes, errno, platform, socket
      libc = ctypes.CDLL(None, use_errno=True)

      def call(name, x86, arm, *arguments):
          number = x86 if platform.machine() == "x86_64" else arm
          if libc.syscall(number, *arguments) >= 0:
              print(name, "works")
          else:
              print(name, errno.errorcode[ctypes.get_errno()])

      def open_socket(name, *arguments):
          try:
              socket.socket(*arguments).close()
              print(name, "works")
          except OSError as e:
              print(name, errno.errorcode[e.errno])

      %s
      END
      """;

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

  private void assertAnswers(Kind phase, String questions, String answers)
      throws InterruptedException {
    String script = ASK.replace("%s", questions);
    assertThat(lab.run(box, phase, script).output()).isEqualTo(answers);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"SETUP", "AGENT"})
  void whatOnlyAttacksNeedIsRefused(Kind phase) throws InterruptedException {
    assertAnswers(
        phase,
        """
        call("keyctl", 250, 219, 0, -3, 0)
        call("add_key", 248, 217, b"user", b"name", b"secret", 6, -3)
        call("request_key", 249, 218, b"user", b"name", None, 0)
        call("bpf", 321, 280, 0, None, 0)
        call("perf_event_open", 298, 241, None, 0, -1, -1, 0)
        call("userfaultfd", 323, 282, 0)
        call("io_uring_setup", 425, 425, 1, None)
        call("unshare", 272, 97, 0x10000000)
        call("setns", 308, 268, 0, 0)
        call("clone", 56, 220, 0x10000000 | 17, 0, 0, 0, 0)
        call("clone3", 435, 435, None, 0)
        call("mount", 165, 40, b"none", b"/tmp", b"tmpfs", 0, None)
        call("fsopen", 430, 430, b"tmpfs", 0)
        call("move_mount", 429, 429, -1, b"", -1, b"", 0)
        call("pivot_root", 155, 41, b"/", b"/")
        call("chroot", 161, 51, b"/tmp")
        call("open_by_handle_at", 304, 265, -1, None, 0)
        call("fanotify_init", 300, 262, 0, 0)
        call("init_module", 175, 105, None, 0, b"")
        call("kexec_load", 246, 104, 0, 0, None, 0)
        call("syslog", 103, 116, 3, None, 0)
        call("personality of BSD", 135, 92, 6)\
        """,
        """
        keyctl EPERM
        add_key EPERM
        request_key EPERM
        bpf EPERM
        perf_event_open EPERM
        userfaultfd EPERM
        io_uring_setup ENOSYS
        unshare EPERM
        setns EPERM
        clone EPERM
        clone3 ENOSYS
        mount EPERM
        fsopen EPERM
        move_mount EPERM
        pivot_root EPERM
        chroot EPERM
        open_by_handle_at EPERM
        fanotify_init EPERM
        init_module EPERM
        kexec_load EPERM
        syslog EPERM
        personality of BSD EPERM
        """);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"SETUP", "AGENT"})
  void socketsAreOfTheFamiliesThatProgramsNeed(Kind phase) throws InterruptedException {
    assertAnswers(
        phase,
        """
        open_socket("unix", socket.AF_UNIX, socket.SOCK_STREAM)
        open_socket("inet", socket.AF_INET, socket.SOCK_STREAM)
        open_socket("inet6", socket.AF_INET6, socket.SOCK_DGRAM)
        open_socket("routes", socket.AF_NETLINK, socket.SOCK_RAW, 0)
        open_socket("vsock", socket.AF_VSOCK, socket.SOCK_STREAM)
        open_socket("packets", socket.AF_PACKET, socket.SOCK_RAW)
        open_socket("crypto", socket.AF_ALG, socket.SOCK_SEQPACKET)
        open_socket("bluetooth", socket.AF_BLUETOOTH, socket.SOCK_RAW, 1)
        open_socket("netfilter", socket.AF_NETLINK, socket.SOCK_RAW, 12)
        open_socket("raw", socket.AF_INET, socket.SOCK_RAW, 1)\
        """,
        """
        unix works
        inet works
        inet6 works
        routes works
        vsock EPERM
        packets EPERM
        crypto EPERM
        bluetooth EPERM
        netfilter EPERM
        raw EPERM
        """);
  }

  /** What builds, tests and debuggers of real projects ask for. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"SETUP", "AGENT"})
  void whatProgramsNeedWorks(Kind phase) throws InterruptedException {
    assertAnswers(
        phase,
        """
        call("memfd_create", 319, 279, b"name", 0)
        call("inotify_init1", 294, 26, 0)
        call("pidfd_open", 434, 434, 1, 0)
        call("getrandom", 318, 278, ctypes.create_string_buffer(8), 8, 0)
        call("statx", 332, 291, -100, b"/tmp", 0, 0xfff, ctypes.create_string_buffer(256))
        call("personality is asked for", 135, 92, ctypes.c_ulong(0xffffffff))
        call("personality without random addresses", 135, 92, 0x40000)\
        """,
        """
        memfd_create works
        inotify_init1 works
        pidfd_open works
        getrandom works
        statx works
        personality is asked for works
        personality without random addresses works
        """);
  }
}
