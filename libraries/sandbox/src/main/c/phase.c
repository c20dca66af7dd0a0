#define _GNU_SOURCE
#include "phase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caps.h"
#include "forward.h"

#define SCRIPT_FD 3
#define PROGRAMS_FD 8 /* our own programs, as the diff's phase sees them */
#define FOLDER_FD 9   /* and what else is mounted for the box */
#define EXIT_CANNOT_START 126
#define EXIT_NO_SHELL 127

/* Processes of a phase die before the runner when memory runs out, in the box or on the host. */
#define PHASE_OOM_SCORE "500"

static char texts[FRAME_MAX_IN + PHASE_MAX_VARIABLES]; /* each with a zero behind it */
static char secret_texts[PHASE_MAX_SECRET_BYTES];

static int take_string(struct cursor *in, char *to, size_t room) {
  size_t length;
  const uint8_t *text = take_text(in, &length);
  if (in->bad || length >= room || memchr(text, 0, length) != NULL) {
    return -1;
  }
  memcpy(to, text, length);
  to[length] = 0;
  return (int)length;
}

static int plain_name(const char *name) {
  return strchr(name, '/') == NULL && name[0] != '.';
}

int phase_read(struct phase_request *request, struct cursor *in) {
  memset(request, 0, sizeof *request);
  if (take_string(in, request->id, sizeof request->id) <= 0) {
    return -1;
  }
  uint8_t kind = take_u8(in);
  if (kind < KIND_CHECKOUT || kind > KIND_VERIFY) {
    return -1;
  }
  request->kind = (enum phase_kind)kind;
  request->has_secrets = (take_u8(in) & RUN_HAS_SECRETS) != 0;
  request->timeout_ms = take_u64(in);
  if (take_string(in, request->directory, sizeof request->directory) <= 0 ||
      request->directory[0] != '/' ||
      take_string(in, request->proxy, sizeof request->proxy) < 0 || !plain_name(request->proxy)) {
    return -1;
  }
  size_t count = take_u16(in);
  size_t used = 0;
  if (count > PHASE_MAX_VARIABLES - 1) { /* one more is TMPDIR */
    return -1;
  }
  for (size_t i = 0; i < count; i++) {
    int length = take_string(in, texts + used, sizeof texts - used);
    if (length <= 0 || strchr(texts + used, '=') == NULL) {
      return -1;
    }
    request->environment[request->variables++] = texts + used;
    used += (size_t)length + 1;
  }
  request->script = take_text(in, &request->script_length);
  return in->bad || in->left != 0 ? -1 : 0;
}

static int script_file(const struct phase_request *request) {
  int fd = memfd_create("script", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  for (size_t written = 0; fd >= 0 && written < request->script_length;) {
    ssize_t put = write(fd, request->script + written, request->script_length - written);
    if (put < 0) {
      close(fd);
      return -1;
    }
    written += (size_t)put;
  }
  if (fd >= 0) {
    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  }
  return fd;
}

/* The place for temporary files: an earlier phase may have put a link or a file there. */
static const char *temporary_place(void) {
  struct stat found;
  mkdir("/tmp", 01777);
  return lstat("/tmp", &found) == 0 && S_ISDIR(found.st_mode) ? "/tmp" : "";
}

/* An empty directory that is kept open: whatever becomes of its name, cleaning empties this one. */
static void make_temporary(struct phase_process *process) {
  unsigned long long random = 0;
  process->temporary = -1;
  if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
    return;
  }
  snprintf(process->temporary_path, sizeof process->temporary_path, "%s/phase-%016llx",
           temporary_place(), random);
  if (mkdir(process->temporary_path, 01777) == 0) {
    process->temporary =
        open(process->temporary_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (process->temporary >= 0) {
      fchmod(process->temporary, 01777);
    }
  }
}

static void say_and_exit(const char *what, const char *object, int code) {
  char line[PHASE_MAX_PATH + 200];
  int length = snprintf(line, sizeof line, "errand: %s %s: %s\n", what, object, strerror(errno));
  if (length > 0) {
    ssize_t ignored = write(STDERR_FILENO, line, (size_t)length < sizeof line ? (size_t)length : sizeof line);
    (void)ignored;
  }
  _exit(code);
}

static void make_directories(const char *path) {
  char partial[PHASE_MAX_PATH];
  for (size_t i = 1; path[i - 1] != 0; i++) {
    if (path[i] == '/' || path[i] == 0) {
      memcpy(partial, path, i);
      partial[i] = 0;
      mkdir(partial, 0755);
    }
  }
}

/* Secrets are NAME=value, each with a zero behind it; the host has closed its end. */
static void read_secrets(struct phase_request *request, int fd) {
  size_t length = 0;
  while (length < sizeof secret_texts) {
    ssize_t got = read(fd, secret_texts + length, sizeof secret_texts - length);
    if (got < 0 && errno == EAGAIN) {
      struct pollfd readable = {.fd = fd, .events = POLLIN};
      poll(&readable, 1, -1);
    } else if (got < 0 && errno != EINTR) {
      say_and_exit("cannot read", "secrets", EXIT_CANNOT_START);
    } else if (got == 0) {
      break;
    } else if (got > 0) {
      length += (size_t)got;
    }
  }
  for (size_t at = 0; at < length && request->variables < PHASE_MAX_VARIABLES;) {
    char *end = memchr(secret_texts + at, 0, length - at);
    if (end == NULL) {
      return;
    }
    request->environment[request->variables++] = secret_texts + at;
    at = (size_t)(end - secret_texts) + 1;
  }
}

static void be_first_to_die(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    ssize_t ignored = write(fd, PHASE_OOM_SCORE, sizeof PHASE_OOM_SCORE - 1);
    (void)ignored;
    close(fd);
  }
}

static void fresh_process(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  setsid();
  be_first_to_die();
}

static uint64_t capabilities_of(enum phase_kind kind) {
  switch (kind) {
    case KIND_CHECKOUT:
    case KIND_SETUP:
    case KIND_MAINTENANCE:
      return caps_privileged();
    case KIND_AGENT:
    case KIND_DIFF:
    case KIND_VERIFY:
      return 0;
  }
  return 0;
}

/* The script is read at once, from a file that nobody can change; /dev is the box's to change. */
#define READ_SCRIPT "eval \"exec 3<&-; $(</proc/self/fd/3)\""

/* The image's login shell: it reads its profile first. The script sees no descriptor but its three. */
static void become_shell(struct phase_request *request) {
  static char *const arguments[] = {"bash", "-l", "-c", READ_SCRIPT, NULL};
  static const char *const places[] = {"/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    execve(places[i], arguments, request->environment);
    if (errno != ENOENT) {
      break;
    }
  }
  say_and_exit("the image cannot run", "bash", EXIT_NO_SHELL);
}

/*
 * A shell of ours, with programs of ours: the agent was root here, and whatever the image had it may
 * have replaced. They are named by descriptors, as paths may lead elsewhere by now.
 */
static void become_own_shell(struct phase_request *request) {
  static char *const arguments[] = {"bash", "--noprofile", "--norc", "-c", READ_SCRIPT, NULL};
  execve("/proc/self/fd/8/bash", arguments, request->environment);
  say_and_exit("the box has no", "programs of ours", EXIT_NO_SHELL);
}

/* Called in the runner's folder, with no descriptor open but the script's and those below it. */
static void keep_own_folders(void) {
  int folder = open(".", O_PATH | O_DIRECTORY);
  if (folder < 0 || dup2(folder, FOLDER_FD) < 0 || (folder != FOLDER_FD && close(folder) < 0)) {
    say_and_exit("cannot keep", "the box's folder", EXIT_CANNOT_START);
  }
  int programs = open("programs", O_PATH | O_DIRECTORY);
  if (programs < 0 || dup2(programs, PROGRAMS_FD) < 0 ||
      (programs != PROGRAMS_FD && close(programs) < 0)) {
    say_and_exit("cannot keep", "our own programs", EXIT_CANNOT_START);
  }
}

/* All are close-on-exec too, for kernels that cannot close a range. */
static void keep_only_script(int script) {
  if (script == SCRIPT_FD) {
    fcntl(SCRIPT_FD, F_SETFD, 0);
  } else if (dup2(script, SCRIPT_FD) < 0) {
    say_and_exit("cannot pass", "the script", EXIT_CANNOT_START);
  }
  if (close_range(SCRIPT_FD + 1, ~0U, 0) < 0 && errno != ENOSYS) {
    say_and_exit("cannot close", "descriptors", EXIT_CANNOT_START);
  }
}

static void run_shell(struct phase_request *request, int secrets, int script, int output,
                      const struct phase_process *process) {
  static char temporary[80];
  int nothing = open("/dev/null", O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* it may be a pipe by now */
  fresh_process();
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (secrets >= 0) {
    read_secrets(request, secrets);
  }
  if (process->temporary >= 0) {
    snprintf(temporary, sizeof temporary, "TMPDIR=%s", process->temporary_path);
    request->environment[request->variables++] = temporary;
  }
  keep_only_script(script);
  if (request->kind == KIND_DIFF) {
    keep_own_folders();
  }
  make_directories(request->directory);
  if (chdir(request->directory) < 0) {
    say_and_exit("cannot enter", request->directory, EXIT_CANNOT_START);
  }
  request->environment[request->variables] = NULL;
  if (caps_confine(capabilities_of(request->kind)) < 0) {
    say_and_exit("cannot give up", "capabilities", EXIT_CANNOT_START);
  }
  if (request->kind == KIND_DIFF) {
    become_own_shell(request);
  }
  become_shell(request);
}

/* Listens before the shell starts, so that its first connection finds the port open. */
static int start_forwarder(const struct phase_request *request) {
  static char path[sizeof PHASE_SOCKETS + sizeof request->proxy];
  int listener = forward_listen(FORWARD_PORT);
  if (listener < 0) {
    return -1;
  }
  pid_t child = fork();
  if (child == 0) {
    fresh_process();
    signal(SIGPIPE, SIG_IGN);
    if (dup2(listener, STDIN_FILENO) < 0 || close_range(1, ~0U, 0) < 0 ||
        caps_confine(caps_forwarder()) < 0) {
      _exit(EXIT_CANNOT_START);
    }
    snprintf(path, sizeof path, "%s%s", PHASE_SOCKETS, request->proxy);
    forward_serve(STDIN_FILENO, path);
  }
  close(listener);
  return child < 0 ? -1 : 0;
}

static int start_shell(struct phase_request *request, int secrets, struct phase_process *process) {
  int output[2];
  int script = script_file(request);
  if (script < 0 || pipe2(output, O_CLOEXEC) < 0) {
    if (script >= 0) {
      close(script);
    }
    return -1;
  }
  process->shell = fork();
  if (process->shell == 0) {
    run_shell(request, secrets, script, output[1], process);
  }
  close(script);
  close(output[1]);
  if (process->shell < 0) {
    close(output[0]);
    return -1;
  }
  fcntl(output[0], F_SETFL, O_NONBLOCK);
  process->output = output[0];
  return 0;
}

int phase_start(struct phase_request *request, int secrets, struct phase_process *process,
                const char **problem) {
  *process = (struct phase_process){.shell = -1, .output = -1, .temporary = -1};
  make_temporary(process);
  if (request->proxy[0] != 0 && start_forwarder(request) < 0) {
    *problem = "errand: the box cannot forward to its proxy\n";
    return -1;
  }
  if (start_shell(request, secrets, process) < 0) {
    *problem = "errand: the box cannot start another process\n";
    return -1;
  }
  return 0;
}
