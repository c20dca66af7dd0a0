#define _GNU_SOURCE
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define BLOCK_BYTES 4096
#define LOOP_TRIES 100 /* another process may take the free device first */
#define LOOP_CONTROL makedev(10, 237)

/* Makes the device's node in a /dev of our own, which the engine fills only once. */
static int open_loop(int number) {
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
  return open(path, O_RDWR | O_CLOEXEC);
}

int disk_loop(const char *path, int *number) {
  int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
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
      .info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO, /* or each page would be kept twice */
  };
  for (int i = 0; i < LOOP_TRIES; i++) {
    *number = ioctl(control, LOOP_CTL_GET_FREE);
    int loop = *number < 0 ? -1 : open_loop(*number);
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

int disk_open(int number) {
  char device[32];
  snprintf(device, sizeof device, "/dev/loop%d", number);
  int context = fsopen("ext4", FSOPEN_CLOEXEC);
  if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
      fsconfig(context, FSCONFIG_SET_FLAG, "noinit_itable", NULL, 0) < 0 ||
      fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
    return -1;
  }
  int disk = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  close(context);
  return disk;
}
