/*
 * Attaches disks to boxes, which may not mount anything themselves. It runs in a container of its
 * own that sees the engine's processes and no network, connects out to the host process that
 * started it, and ends with that connection. A request is a line, "<pid> <box id>", "<pid> <box id>
 * <frozen box's id>" or "trim <box id>", its answer a line "ok" or what failed. The host's folders
 * are mounted where attach.h says.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"
#include "disk.h"

#define MAX_LINE 64
#define MAX_ANSWER 256

static void answer(int host, const char *step, int error) {
  char line[MAX_ANSWER];
  if (step == NULL) {
    snprintf(line, sizeof line, "ok\n");
  } else {
    snprintf(line, sizeof line, "cannot %s: %s\n", step, strerror(error));
  }
  if (send(host, line, strlen(line), MSG_NOSIGNAL) < 0) {
    exit(1); /* nobody waits for it any more */
  }
}

static int trim_disk(const char *box, const char **step) {
  char path[sizeof ATTACH_DISKS + 6 + ATTACH_ID_LENGTH];
  snprintf(path, sizeof path, ATTACH_DISKS "/%s.ext4", box);
  return disk_trim(path, step);
}

/* In a process of its own: it cannot come back from the box's mounts. */
static void serve(int host, const char *line) {
  int first = 0;
  char box[ATTACH_ID_LENGTH + 1] = "";
  char frozen[ATTACH_ID_LENGTH + 1] = "";
  char more;
  int trim = sscanf(line, "trim %12s%c", box, &more) == 1;
  int words = trim ? 0 : sscanf(line, "%d %12s %12s%c", &first, box, frozen, &more);
  int named = words == 3;
  if ((!trim && ((words != 2 && !named) || first <= 0)) || !attach_is_id(box) ||
      (named && !attach_is_id(frozen))) {
    answer(host, "read the request", EINVAL);
    return;
  }
  pid_t child = fork();
  if (child == 0) {
    const char *step = NULL;
    int failed = trim ? trim_disk(box, &step)
                      : attach_disk(first, box, named ? frozen : NULL, &step);
    answer(host, failed ? step : NULL, errno);
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) {
    answer(host, "finish", child < 0 ? errno : ECHILD);
  }
}

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int host = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (strlen(path) >= sizeof address.sun_path) {
    return -1;
  }
  strcpy(address.sun_path, path);
  return host < 0 || connect(host, (struct sockaddr *)&address, sizeof address) < 0 ? -1 : host;
}

int main(int count, char **arguments) {
  char line[MAX_LINE + 1];
  size_t length = 0;
  int host = count == 2 ? connect_to(arguments[1]) : -1;
  if (host < 0) {
    fputs("errand's mounter is given the socket of the process that needs it\n", stderr);
    return 2;
  }
  for (;;) {
    ssize_t got = read(host, line + length, MAX_LINE - length);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return got == 0 && length < MAX_LINE ? 0 : 1; /* the host is gone, or its line has no end */
    }
    length += (size_t)got;
    for (char *end; (end = memchr(line, '\n', length)) != NULL;) {
      *end = 0;
      serve(host, line);
      length -= (size_t)(end + 1 - line);
      memmove(line, end + 1, length);
    }
  }
}
