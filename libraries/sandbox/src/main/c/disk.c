#define _GNU_SOURCE
#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_BYTES 4096
#define LOOP_TRIES 100 /* another process may take the free device first */
#define MAX_WRITE_BACK_MS 60000 /* for the kernel, once the last process has ended */
#define LOOP_CONTROL makedev(10, 237)

/* Makes the device's node in a /dev of our own, which the engine fills only once. */
static int open_loop(int number, int flags) {
  char path[64];
  char text[32] = "";
  unsigned int device[2] = {0, 0};
  snprintf(path, sizeof path, "/sys/block/loop%d/dev", number);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 ||
      sscanf(text, "%u:%u", &device[0], &device[1]) != 2) {
    return -1;
  }
  close(fd);
  snprintf(path, sizeof path, "/dev/loop%d", number);
  if (mknod(path, S_IFBLK | 0600, makedev(device[0], device[1])) < 0 && errno != EEXIST) {
    return -1;
  }
  return open(path, flags | O_CLOEXEC);
}

static int configure(const char *path, int flags, uint32_t loop_flags, int *number) {
  int file = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
  if (mknod("/dev/loop-control", S_IFCHR | 0600, LOOP_CONTROL) < 0 && errno != EEXIST) {
    return -1;
  }
  int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (file < 0 || control < 0) {
    return -1;
  }
  struct loop_config config = {
      .fd = (uint32_t)file,
      .block_size = BLOCK_BYTES,
      .info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO | loop_flags, /* each page once */
  };
  for (int i = 0; i < LOOP_TRIES; i++) {
    *number = ioctl(control, LOOP_CTL_GET_FREE);
    int loop = *number < 0 ? -1 : open_loop(*number, flags);
    if (loop < 0) {
      return -1;
    }
    if (ioctl(loop, LOOP_CONFIGURE, &config) == 0) {
      return loop;
    }
    close(loop);
    if (errno != EBUSY) {
      return -1;
    }
  }
  return -1;
}

int disk_loop(const char *path, int *number) {
  return configure(path, O_RDWR, 0, number);
}

/* The number of a device that holds a file of this path's last name, after the given one; or -1. */
static int find_holder(const char *path, int after) {
  const char *name = strrchr(path, '/');
  DIR *devices = opendir("/sys/block");
  int found = -1;
  for (struct dirent *entry; devices != NULL && (entry = readdir(devices)) != NULL;) {
    char attribute[sizeof "/sys/block//loop/backing_file" + sizeof entry->d_name];
    char text[512] = "";
    int number;
    if (sscanf(entry->d_name, "loop%d", &number) != 1 || number <= after ||
        (found >= 0 && number > found)) {
      continue;
    }
    snprintf(attribute, sizeof attribute, "/sys/block/%s/loop/backing_file", entry->d_name);
    int file = open(attribute, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) {
      close(file);
    }
    text[length < 0 ? 0 : length] = 0;
    text[strcspn(text, "\n")] = 0;
    char *last = strrchr(text, '/');
    if (last != NULL && strcmp(last, name) == 0) {
      found = number;
    }
  }
  if (devices != NULL) {
    closedir(devices);
  }
  return found;
}

int disk_loop_frozen(const char *path, int *number) {
  struct stat file;
  if (stat(path, &file) < 0) {
    return -1;
  }
  for (*number = -1; (*number = find_holder(path, *number)) >= 0;) {
    struct loop_info64 info;
    int loop = open_loop(*number, O_RDONLY); /* while it is open, the device stays what it is */
    if (loop >= 0 && ioctl(loop, LOOP_GET_STATUS64, &info) == 0 &&
        info.lo_inode == file.st_ino && (info.lo_flags & LO_FLAGS_READ_ONLY)) {
      return loop;
    }
    if (loop >= 0) {
      close(loop);
    }
  }
  return configure(path, O_RDONLY, LO_FLAGS_READ_ONLY, number);
}

int disk_open(int number, int read_only) {
  char device[32];
  snprintf(device, sizeof device, "/dev/loop%d", number);
  int context = fsopen("ext4", FSOPEN_CLOEXEC);
  if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
      fsconfig(context, FSCONFIG_SET_FLAG, "noinit_itable", NULL, 0) < 0 ||
      (read_only && fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0) ||
      fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
    return -1;
  }
  unsigned int attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  int disk = fsmount(context, FSMOUNT_CLOEXEC, attributes | (read_only ? MOUNT_ATTR_RDONLY : 0));
  close(context);
  return disk;
}

/* The kernel writes what the disk's last user has left in memory, then lets go of it. */
static int await_release(const char *path) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (int waited_ms = 0; find_holder(path, -1) >= 0; waited_ms++) {
    if (waited_ms >= MAX_WRITE_BACK_MS) {
      errno = EBUSY;
      return -1;
    }
    nanosleep(&pause, NULL);
  }
  return 0;
}

int disk_trim(const char *path, const char **step) {
  struct fstrim_range all = {.len = UINT64_MAX};
  int number = -1;
  *step = "wait for the disk's last user";
  if (await_release(path) < 0) {
    return -1;
  }
  *step = "attach a loop device";
  int loop = disk_loop(path, &number);
  if (loop < 0) {
    return -1;
  }
  *step = "trim the disk";
  int disk = disk_open(number, 0);
  int root = disk < 0 ? -1 : openat(disk, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0 || (ioctl(root, FITRIM, &all) < 0 && errno != EOPNOTSUPP)) {
    return -1;
  }
  close(root);
  close(disk);
  close(loop);
  return await_release(path);
}
