package dev.errand.sandbox;

import dev.errand.sandbox.PhaseSpec.Kind;
import java.util.List;

/**
 * What code in a box tries to get out of it, or into the phases after it: a few lines of Python of
 * which the last does it.
 *
 * <p>Each is tried in a box and in a container that refuses nothing, where a shell is PID 1. What
 * it says in both is part of it, so an attack that breaks, or that no longer is one, fails its
 * test.
 */
enum Escape {
  READ_THE_RUNNERS_MEMORY(Rule.RUNNER, "open('/proc/1/mem', 'rb')", "EACCES"),
  TRACE_THE_RUNNER(Rule.RUNNER, "call(libc.ptrace(0x4206, 1, 0, 0))", "EPERM"),
  FOLLOW_THE_RUNNERS_DESCRIPTORS(Rule.RUNNER, "os.readlink('/proc/1/fd/0')", "EACCES"),
  READ_THE_RUNNERS_ENVIRONMENT(Rule.RUNNER, "open('/proc/1/environ').read(1)", "EACCES"),
  ENTER_THE_RUNNERS_ROOT(Rule.RUNNER, "os.listdir('/proc/1/root/')", "EACCES"),
  JOIN_THE_RUNNERS_NAMESPACE(
      Rule.RUNNER, "call(libc.setns(os.open('/proc/1/ns/mnt', 0), 0))", "EACCES"),
  REPLACE_THE_RUNNER(
      Rule.RUNNER,
      "make('/errand'); os.path.exists('/errand/runner') or open('/errand/runner', 'w').close();"
          + " os.remove('/errand/runner')",
      "EBUSY"),
  LEAVE_A_RESULT_FILE(
      Rule.CHANNEL, "make('/errand/box'); open('/errand/box/result', 'w')", "EROFS"),
  LEAVE_A_FIFO(Rule.CHANNEL, "make('/errand/box'); os.mkfifo('/errand/box/fifo')", "EROFS"),
  BIND_A_CONTROL_SOCKET(
      Rule.CHANNEL,
      "make('/errand/box'); socket.socket(socket.AF_UNIX).bind('/errand/box/control.sock.2')",
      "EROFS"),
  REACH_THE_INTERNET(Rule.NETWORK, "udp('192.0.2.1')", "ENETUNREACH"),
  REACH_THE_METADATA_SERVICE(Rule.NETWORK, "udp('169.254.169.254')", "ENETUNREACH"),
  OPEN_A_RAW_SOCKET(Rule.NETWORK, "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", "EPERM"),
  LISTEN_ON_THE_WIRE(Rule.NETWORK, "socket.socket(17, socket.SOCK_RAW, 768)", "EPERM"),
  MOUNT(Rule.CAPABILITIES, "call(libc.mount(b'n', b'/mnt', b'tmpfs', 0, None))", "EPERM"),
  MAKE_A_DISKS_DEVICE(Rule.CAPABILITIES, "os.mknod(fresh('disk'), 0o060600, 0x800)", "EPERM"),
  CHANGE_THE_ROOT(Rule.CAPABILITIES, "os.chroot('/mnt')", "EPERM"),
  RENAME_THE_MACHINE(Rule.CAPABILITIES, "socket.sethostname('mine')", "EPERM"),
  OPEN_A_FILE_BY_ITS_INODE(
      Rule.CAPABILITIES,
      "call(libc.open_by_handle_at(os.open('/', 0), bytes([8, 0, 0, 0, 1, 0, 0, 0]) + bytes(8), 0))",
      "EPERM",
      "ESTALE"),
  GIVE_A_FILE_CAPABILITIES(
      Rule.CAPABILITIES,
      "open(fresh('f'), 'w').close();"
          + " os.setxattr('/tmp/f', 'security.capability', bytes.fromhex('01000002' + 'ff' * 16))",
      "EPERM"),
  GAIN_RIGHTS_BY_SETUID(
      Rule.CAPABILITIES,
      "shutil.copy('/usr/bin/id', fresh('id')); os.chmod('/tmp/id', 0o4755);"
          + " uid = subprocess.run(['/tmp/id', '-u'], user=65534, capture_output=True).stdout;"
          + " uid == b'0\\n' or refuse(uid.decode().strip())",
      "65534",
      "works",
      false), // the agent can be nobody else at all
  MAKE_A_USER_NAMESPACE(Rule.SYSTEM_CALLS, "call(libc.unshare(0x10000000))", "EPERM"),
  MAKE_A_NETWORK_NAMESPACE(Rule.SYSTEM_CALLS, "call(libc.unshare(0x40000000))", "EPERM"),
  KEEP_A_KEY_IN_THE_KERNEL(Rule.SYSTEM_CALLS, "call(libc.syscall(KEYCTL, 1, None))", "EPERM"),
  LOAD_A_PROGRAM_INTO_THE_KERNEL(
      Rule.SYSTEM_CALLS, "call(libc.syscall(BPF, 0, None, 0))", "EPERM", "EINVAL"),
  WRITE_KERNEL_SETTINGS(
      Rule.KERNEL_FILES, "os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)", "EROFS"),
  MAKE_A_CONTROL_GROUP(
      Rule.KERNEL_FILES,
      "group = '/sys/fs/cgroup/' + ('pids/' if os.path.isdir('/sys/fs/cgroup/pids') else '') + 'mine';"
          + " os.mkdir(group); os.rmdir(group)",
      "EROFS"),
  WRITE_TO_THE_MIRROR(
      Rule.MIRRORS, "make('/errand/mirror.git'); open('/errand/mirror.git/x', 'w')", "EROFS");

  /** What holds an attempt back; the words that docs/security.md has for it. */
  enum Rule {
    RUNNER("the runner is not to be touched"),
    CHANNEL("the control channel is ours alone"),
    NETWORK("no network but the proxy's socket"),
    CAPABILITIES("capabilities by phase, none gained"),
    SYSTEM_CALLS("system calls from a list"),
    KERNEL_FILES("the kernel's files are not for boxes"),
    MIRRORS("mirrors are read-only");

    private final String words;

    Rule(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  private static final String PRELUDE =
      """
      import ctypes, errno, os, platform, shutil, socket, subprocess
      libc = ctypes.CDLL(None, use_errno=True)
      X86 = platform.machine() == "x86_64"
      BPF, KEYCTL = (321, 250) if X86 else (280, 219)

      def call(answer):
          if answer < 0:
              raise OSError(ctypes.get_errno(), "")

      def refuse(why):
          print(why)
          raise SystemExit

      def make(folder):
          os.path.isdir(folder) or os.makedirs(folder)

      def fresh(name):
          os.path.exists("/tmp/" + name) and os.remove("/tmp/" + name)
          return "/tmp/" + name

      def udp(address):
          socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect((address, 80))

      try:
          %s
          print("works")
      except OSError as e:
          print(errno.errorcode[e.errno])
      """;

  private final Rule rule;
  private final String lines;
  private final String held;
  private final String unheld;
  private final boolean asAgent;

  Escape(Rule rule, String lines, String held) {
    this(rule, lines, held, "works");
  }

  Escape(Rule rule, String lines, String held, String unheld) {
    this(rule, lines, held, unheld, true);
  }

  Escape(Rule rule, String lines, String held, String unheld, boolean asAgent) {
    this.rule = rule;
    this.lines = lines;
    this.held = held;
    this.unheld = unheld;
    this.asAgent = asAgent;
  }

  Rule rule() {
    return rule;
  }

  /** The phases that run what nobody has read: with the most rights, and with the least. */
  List<Kind> phases() {
    return asAgent ? List.of(Kind.SETUP, Kind.AGENT) : List.of(Kind.SETUP);
  }

  /** The whole program. */
  String program() {
    return PRELUDE.replace("%s", lines);
  }

  /** What it says in a box: the kernel's reason, or what else it got. */
  String held() {
    return held;
  }

  /** What it says where nothing is refused. */
  String unheld() {
    return unheld;
  }

  String words() {
    return name()
        .toLowerCase(java.util.Locale.ROOT)
        .replace('_', ' ')
        .replace("runners", "runner's")
        .replace("kernels", "kernel's")
        .replace("disks", "disk's");
  }
}
