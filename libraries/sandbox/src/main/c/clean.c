#include "clean.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A phase may lower the runner's limits (prlimit asks only for the same uid): open them first. */
static int proc_fd = -1;
static int shm_fd = -1;
static int queues_fd = -1;
static int memory_fd = -1;
static int sysv_fd[3] = {-1, -1, -1};

static int open_directory(const char *path) {
  return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int clean_prepare(void) {
  proc_fd = open_directory("/proc");
  shm_fd = open_directory("/dev/shm");
  queues_fd = open_directory("/dev/mqueue");
  if (queues_fd < 0) { /* what cannot be listed must not come to be */
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_MSGQUEUE, &none) < 0) {
      return -1;
    }
  }
  static const char *const sysv[3] = {"/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem"};
  for (int i = 0; i < 3; i++) {
    sysv_fd[i] = open(sysv[i], O_RDONLY | O_CLOEXEC); /* absent in a kernel without SysV */
  }
  memory_fd = open("/sys/fs/cgroup/memory.events", O_RDONLY | O_CLOEXEC);
  if (memory_fd < 0) {
    memory_fd = open("/sys/fs/cgroup/memory/memory.oom_control", O_RDONLY | O_CLOEXEC);
  }
  return proc_fd < 0 ? -1 : 0;
}

static ssize_t read_whole(int fd, char *to, size_t room) {
  size_t length = 0;
  while (length < room - 1) {
    ssize_t got = pread(fd, to + length, room - 1 - length, (off_t)length);
    if (got < 0) {
      return -1;
    }
    if (got == 0) {
      break;
    }
    length += (size_t)got;
  }
  to[length] = 0;
  return (ssize_t)length;
}

unsigned long clean_number_after(const char *text, const char *key) {
  size_t length = strlen(key);
  for (const char *line = text; line != NULL && *line != 0;) {
    if (strncmp(line, key, length) == 0 && line[length] == ' ') {
      return strtoul(line + length + 1, NULL, 10);
    }
    line = strchr(line, '\n');
    line = line == NULL ? NULL : line + 1;
  }
  return 0;
}

unsigned long clean_memory_kills(void) {
  char text[1024];
  if (memory_fd < 0 || read_whole(memory_fd, text, sizeof text) < 0) {
    return 0;
  }
  return clean_number_after(text, "oom_kill");
}

int clean_count_others(int proc) {
  int copy = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *listing = copy < 0 ? NULL : fdopendir(copy);
  if (listing == NULL) {
    if (copy >= 0) {
      close(copy);
    }
    return -1;
  }
  int others = 0;
  errno = 0;
  for (struct dirent *entry; (entry = readdir(listing)) != NULL; errno = 0) {
    if (isdigit((unsigned char)entry->d_name[0]) && strcmp(entry->d_name, "1") != 0) {
      others++;
    }
  }
  int failed = errno != 0;
  closedir(listing);
  return failed ? -1 : others;
}

static int kill_everything(void (*reap)(void)) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (int waited_ms = 0; waited_ms < CLEAN_PATIENCE_MS; waited_ms++) {
    kill(-1, SIGKILL);
    reap();
    int others = clean_count_others(proc_fd);
    if (others == 0) {
      return 0;
    }
    if (others < 0) {
      return -1;
    }
    nanosleep(&pause, NULL);
  }
  return -1;
}

enum { SYSV_SHM, SYSV_MSG, SYSV_SEM };

static void remove_sysv(int kind, int id) {
  switch (kind) {
    case SYSV_SHM:
      shmctl(id, IPC_RMID, NULL);
      return;
    case SYSV_MSG:
      msgctl(id, IPC_RMID, NULL);
      return;
    default:
      semctl(id, 0, IPC_RMID);
  }
}

/* Only an object's own user may remove it (or SYS_ADMIN, which nobody here has): become it. */
static int clean_sysv(int kind) {
  static const int uid_column[3] = {7, 7, 4};
  static char text[64 * 1024];
  if (sysv_fd[kind] < 0) {
    return 0;
  }
  for (int round = 0; round < 1000; round++) { /* 64 KiB list some 600 of at most 32,000 objects */
    if (read_whole(sysv_fd[kind], text, sizeof text) < 0) {
      return -1;
    }
    char *line = strchr(text, '\n');
    if (line == NULL || line[1] == 0) {
      return 0; /* the heading only */
    }
    char *rest = NULL;
    for (line = strtok_r(line, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
      char *column = NULL;
      char *field = strtok_r(line, " ", &column);
      int id = -1;
      uid_t uid = 0;
      for (int i = 0; field != NULL; i++, field = strtok_r(NULL, " ", &column)) {
        if (i == 1) {
          id = atoi(field);
        } else if (i == uid_column[kind]) {
          uid = (uid_t)strtoul(field, NULL, 10);
        }
      }
      if (seteuid(uid) == 0) {
        remove_sysv(kind, id);
      }
      if (seteuid(0) < 0) {
        return -1;
      }
    }
  }
  return -1;
}

/* Removes a directory's entry, or moves what is inside it up to the top. 1 when it is gone. */
static int lift(int top, const char *name) {
  static unsigned long lifted;
  if (unlinkat(top, name, 0) == 0 || unlinkat(top, name, AT_REMOVEDIR) == 0) {
    return 1;
  }
  int below = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *listing = below < 0 ? NULL : fdopendir(below);
  if (listing == NULL) {
    if (below >= 0) {
      close(below);
    }
    return 0;
  }
  for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
    const char *inner = entry->d_name;
    if (strcmp(inner, ".") == 0 || strcmp(inner, "..") == 0) {
      continue;
    }
    if (unlinkat(below, inner, 0) == 0 || unlinkat(below, inner, AT_REMOVEDIR) == 0) {
      continue;
    }
    for (int tries = 0; tries < 100; tries++) { /* the phase may have used such names itself */
      char up[40];
      snprintf(up, sizeof up, ".errand-lifted-%lu", lifted++);
      if (renameat(below, inner, top, up) == 0 || (errno != EEXIST && errno != ENOTEMPTY)) {
        break;
      }
    }
  }
  closedir(listing);
  return unlinkat(top, name, AT_REMOVEDIR) == 0;
}

int clean_directory(int directory) {
  for (;;) {
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = copy < 0 ? NULL : fdopendir(copy);
    if (listing == NULL) {
      if (copy >= 0) {
        close(copy);
      }
      return -1;
    }
    unsigned long seen = 0;
    unsigned long gone = 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
      if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
        seen++;
        gone += (unsigned long)lift(directory, entry->d_name);
      }
    }
    closedir(listing);
    if (seen == 0) {
      return 0;
    }
    if (gone == 0) {
      return -1;
    }
  }
}

int clean_box(void (*reap)(void)) {
  if (kill_everything(reap) < 0) {
    return -1;
  }
  int left = 0;
  for (int kind = SYSV_SHM; kind <= SYSV_SEM; kind++) {
    left |= clean_sysv(kind);
  }
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* a change of the effective uid may have set it */
  if (queues_fd >= 0) {
    left |= clean_directory(queues_fd);
  }
  if (shm_fd >= 0) {
    left |= clean_directory(shm_fd);
  }
  return left;
}
