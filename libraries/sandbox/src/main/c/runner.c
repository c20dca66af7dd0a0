/*
 * PID 1 of every box. It connects out to the host's control socket, runs one phase at a time, keeps
 * what the phase writes until the host acknowledges it, and leaves nothing of a phase behind before
 * it reports the end. PROTOCOL.md describes the channel; security.md's rules are in the comments.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "clean.h"
#include "frame.h"
#include "mounts.h"
#include "phase.h"
#include "ring.h"

#define FOLDER "/errand"
#define ARGUMENT_DISK "disk" /* nothing happens before the box's disk is there */
#define FORGOTTEN_MS 10000    /* between looks whether anybody can still reach us */
#define GRACE_MS 5000         /* between TERM and KILL */
#define MAX_REMEMBERED 64     /* ends of earlier phases: a box lives through a handful */

enum stage {
  STAGE_IDLE,
  STAGE_RUNNING,
  STAGE_DRAINING, /* nothing of it is alive; its last output waits for room */
  STAGE_FINISHED,
};

struct phase_end {
  char id[PHASE_ID_MAX + 1];
  uint32_t code;
  uint8_t flags;
};

static struct ring ring;
static struct phase_request request;
static struct phase_process process = {.shell = -1, .output = -1, .temporary = -1};
static struct phase_end current; /* of the phase that runs or has run last */
static struct phase_end remembered[MAX_REMEMBERED];
static unsigned long finished_count;
static enum stage stage = STAGE_IDLE;
static int shell_status;
static int shell_ended;
static int terminating;
static int64_t deadline_ms; /* of the timeout, or of the grace when terminating */
static unsigned long memory_kills_before;
static int spoiled; /* something could not be cleaned: nothing runs here any more */

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void reap(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == process.shell && !shell_ended) {
      shell_status = status;
      shell_ended = 1;
    }
  }
}

static void terminate(void) {
  if (stage != STAGE_RUNNING || terminating) {
    return;
  }
  terminating = 1;
  deadline_ms = now_ms() + GRACE_MS;
  kill(-process.shell, SIGTERM);
  kill(-process.shell, SIGCONT); /* a stopped process would sleep through its grace */
}

static void close_fd(int *fd) {
  if (*fd >= 0) {
    close(*fd);
    *fd = -1;
  }
}

static int remove_temporary(void) {
  int left = 0;
  if (process.temporary >= 0) {
    left = clean_directory(process.temporary);
    rmdir(process.temporary_path);
    close_fd(&process.temporary);
  }
  return left;
}

/* Everything of the phase dies before its end is told; then its last output is collected. */
static void end_phase(void) {
  if (clean_box(reap) < 0 || remove_temporary() < 0) {
    current.flags |= EXIT_NOT_CLEAN;
    spoiled = 1;
  }
  current.code = WIFSIGNALED(shell_status) ? 128U + (uint32_t)WTERMSIG(shell_status)
                                           : (uint32_t)WEXITSTATUS(shell_status);
  if (current.code != 0 && clean_memory_kills() > memory_kills_before) {
    current.flags |= EXIT_OUT_OF_MEMORY;
  }
  stage = STAGE_DRAINING;
}

static void finish(void) {
  close_fd(&process.output);
  remembered[finished_count++ % MAX_REMEMBERED] = current;
  stage = STAGE_FINISHED;
}

static void read_output(void) {
  while (process.output >= 0 && ring_room(&ring) > 0) {
    ssize_t got = ring_fill(&ring, process.output);
    if (got > 0) {
      if (stage == STAGE_RUNNING) {
        return; /* the host's turn: what is there goes out at once */
      }
      continue;
    }
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got == 0) {
      close_fd(&process.output); /* a phase may close its output and go on */
    }
    break; /* empty: whoever could still write is dead when we are draining */
  }
  if (stage == STAGE_DRAINING && ring_room(&ring) > 0) {
    finish();
  }
}

static const struct phase_end *recall(const char *id) {
  for (int i = 0; i < MAX_REMEMBERED; i++) {
    if (remembered[i].id[0] != 0 && strcmp(remembered[i].id, id) == 0) {
      return &remembered[i];
    }
  }
  return NULL;
}

static void start_phase(int secrets) {
  const char *problem = NULL;
  ring_reset(&ring);
  memset(&current, 0, sizeof current);
  memcpy(current.id, request.id, sizeof current.id);
  shell_ended = 0;
  terminating = 0;
  memory_kills_before = clean_memory_kills();
  deadline_ms = now_ms() + (int64_t)request.timeout_ms;
  stage = STAGE_RUNNING;
  channel_started(current.id, 0);
  if (phase_start(&request, secrets, &process, &problem) < 0) {
    ring_say(&ring, problem);
    shell_status = 126 << 8;
    shell_ended = 1;
  }
}

static void on_run(struct cursor *payload, int secrets) {
  if (phase_read(&request, payload) < 0) {
    channel_refused("", "malformed");
    return;
  }
  const struct phase_end *earlier = recall(request.id);
  if (strcmp(request.id, current.id) == 0) {
    channel_started(current.id, ring.acked);
  } else if (earlier != NULL) {
    channel_exit(earlier->id, earlier->code, earlier->flags);
  } else if (spoiled) {
    channel_refused(request.id, "not clean");
  } else if (stage == STAGE_RUNNING || stage == STAGE_DRAINING) {
    channel_refused(request.id, "busy");
  } else {
    start_phase(secrets);
  }
}

static int id_is_current(struct cursor *payload) {
  size_t length;
  const uint8_t *id = take_text(payload, &length);
  return !payload->bad && length == strlen(current.id) && memcmp(id, current.id, length) == 0;
}

static void on_frame(enum frame_type type, struct cursor *payload, int descriptor) {
  switch (type) {
    case FRAME_RUN:
      on_run(payload, descriptor);
      return;
    case FRAME_JOIN:
      if (stage != STAGE_IDLE && id_is_current(payload)) {
        channel_started(current.id, ring.acked);
      } else {
        channel_refused("", "unknown");
      }
      return;
    case FRAME_ACK:
      if (ring_acknowledge(&ring, take_u64(payload)) < 0) {
        channel_refused(current.id, "malformed");
      }
      return;
    case FRAME_KILL:
      if (id_is_current(payload)) {
        terminate();
      }
      return;
    case FRAME_HELLO:
    case FRAME_STARTED:
    case FRAME_OUTPUT:
    case FRAME_EXIT:
    case FRAME_REFUSED:
      break;
  }
  channel_refused("", "malformed");
}

static void send_hello(void) {
  enum phase_state state = stage == STAGE_IDLE       ? STATE_IDLE
                           : stage == STAGE_FINISHED ? STATE_FINISHED
                                                     : STATE_RUNNING;
  channel_hello(state, current.id);
}

static void send_phase(void) {
  if (stage != STAGE_IDLE && channel_output(&ring) == 0 && stage == STAGE_FINISHED) {
    channel_last(current.id, current.code, current.flags);
  }
}

/* TERM reaches the session's first group; KILL, after the grace, reaches everything. */
static void advance(void) {
  if (stage != STAGE_RUNNING) {
    return;
  }
  int64_t now = now_ms();
  if (!terminating && !shell_ended && now >= deadline_ms) {
    current.flags |= EXIT_TIMED_OUT;
    terminate();
  }
  if (terminating && now >= deadline_ms && !shell_ended) {
    kill(-1, SIGKILL);
  }
  int group_gone = process.shell < 0 || (kill(-process.shell, 0) < 0 && errno == ESRCH);
  if (shell_ended && (!terminating || now >= deadline_ms || group_gone)) {
    end_phase();
  }
}

static int wait_ms(void) {
  int64_t wait = channel_retry_ms();
  if (stage == STAGE_RUNNING) {
    int64_t left = deadline_ms - now_ms();
    left = left < 0 ? 0 : left;
    left = terminating && left == 0 ? 10 : left; /* until the kernel has ended the shell */
    wait = wait < 0 || left < wait ? left : wait;
  }
  return wait < 0 || wait > FORGOTTEN_MS ? FORGOTTEN_MS : (int)wait;
}

static void serve(int signals) {
  for (;;) {
    struct pollfd polled[2 + CHANNEL_POLLED] = {
        {.fd = signals, .events = POLLIN},
        {.fd = ring_room(&ring) > 0 ? process.output : -1, .events = POLLIN},
    };
    channel_polled(polled + 2);
    int events = poll(polled, sizeof polled / sizeof polled[0], wait_ms());
    if (events <= 0 && mounts_is_deleted(CHANNEL_DIRECTORY)) {
      _exit(EXIT_FORGOTTEN); /* with all that runs here; the engine may not know us any more */
    }
    if (events < 0) {
      continue;
    }
    if (polled[0].revents) {
      struct signalfd_siginfo info[16];
      ssize_t ignored = read(signals, info, sizeof info);
      (void)ignored;
      reap();
    }
    if (channel_serve(polled + 2, on_frame)) {
      send_hello();
    }
    advance();
    read_output();
    send_phase();
    channel_flush();
  }
}

int main(int count, char **arguments) {
  sigset_t children;
  if (getpid() != 1) {
    fputs("errand's runner is the first process of a box and nothing else\n", stderr);
    return 2;
  }
  /* First of all: nobody in the box may trace us or read our memory. */
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) {
    return 3;
  }
  /* From inside, the kernel delivers no signal to PID 1 that it has no handler for. */
  signal(SIGPIPE, SIG_IGN);
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, NULL);
  umask(022);
  if (count == 2 && strcmp(arguments[1], ARGUMENT_DISK) == 0) {
    mounts_await_disk(FOLDER "/" CHANNEL_DIRECTORY); /* a folder opened earlier would stay in the image */
  }
  int signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  /* A phase can move the folder and put another in its place; what we stand in stays ours. */
  if (chdir(FOLDER) < 0 || signals < 0 || clean_prepare() < 0 || channel_prepare() < 0) {
    return 4;
  }
  serve(signals);
}
