#define _GNU_SOURCE
#include "mounts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_MOUNTINFO (256 * 1024)
#define QUICK_LOOKS 10000 /* a millisecond each */

/* The mount point, the fifth field of a line, and what stands behind " - ". */
static int parse_line(char *line, const char **point, const char **rest) {
  char *separator = strstr(line, " - ");
  if (separator == NULL) {
    return -1;
  }
  *separator = 0;
  *rest = separator + 3;
  char *save = NULL;
  char *field = strtok_r(line, " ", &save);
  for (int i = 0; i < 4 && field != NULL; i++) {
    field = strtok_r(NULL, " ", &save);
  }
  *point = field;
  return field == NULL ? -1 : 0;
}

int mounts_root_is_disk(const char *mountinfo) {
  char *copy = strdup(mountinfo);
  char *save = NULL;
  int done = 0;
  for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    const char *point;
    const char *rest;
    if (parse_line(line, &point, &rest) == 0 && strcmp(point, "/") == 0) {
      done = strncmp(rest, "overlay " MOUNTS_DISK " ", strlen("overlay " MOUNTS_DISK " ")) == 0;
    }
  }
  free(copy);
  return done;
}

int mounts_of_ours(const char *mountinfo, char names[][MOUNTS_MAX_NAME]) {
  static const char below[] = "/errand/";
  char *copy = strdup(mountinfo);
  char *save = NULL;
  int count = 0;
  for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    const char *point;
    const char *rest;
    if (parse_line(line, &point, &rest) < 0 || strncmp(point, below, sizeof below - 1) != 0) {
      continue;
    }
    const char *name = point + sizeof below - 1;
    if (strchr(name, '/') != NULL || strlen(name) >= MOUNTS_MAX_NAME || count == MOUNTS_MAX) {
      count = -1; /* nothing that we ask of the engine */
      break;
    }
    snprintf(names[count++], MOUNTS_MAX_NAME, "%s", name);
  }
  free(copy);
  return count;
}

char *mounts_read(int process) {
  int fd = openat(process, "mountinfo", O_RDONLY | O_CLOEXEC);
  char *text = fd < 0 ? NULL : malloc(MAX_MOUNTINFO);
  size_t length = 0;
  for (ssize_t got = 1; text != NULL && got > 0 && length < MAX_MOUNTINFO - 1;) {
    got = read(fd, text + length, MAX_MOUNTINFO - 1 - length);
    length += got > 0 ? (size_t)got : 0;
  }
  if (text != NULL) {
    text[length] = 0;
  }
  if (fd >= 0) {
    close(fd);
  }
  return text;
}

int mounts_is_deleted(const char *folder) {
  struct stat seen;
  return stat(folder, &seen) == 0 && seen.st_nlink == 0;
}

void mounts_await_disk(const char *folder) {
  struct timespec pause = {.tv_nsec = 1000000};
  for (int looks = 0, attached = 0; !attached; looks++) {
    if (mounts_is_deleted(folder)) {
      _exit(EXIT_FORGOTTEN);
    }
    pause.tv_nsec = looks < QUICK_LOOKS ? 1000000 : 100000000; /* whoever made the box has died */
    int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC); /* moved, for a moment */
    char *mountinfo = self < 0 ? NULL : mounts_read(self);
    attached = mountinfo != NULL && mounts_root_is_disk(mountinfo);
    free(mountinfo);
    close(self);
    nanosleep(&pause, NULL);
  }
}
