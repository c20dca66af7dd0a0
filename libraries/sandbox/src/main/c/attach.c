#define _GNU_SOURCE
#include "attach.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "mounts.h"

#define MAX_COPIED 65536 /* of /etc/hosts */
#define MAX_WAIT_MS 5000 /* for the engine's last step, which executes the runner, and for others */

static const char *const KERNELS[] = {"proc", "sys", "dev"};
#define KERNEL_MOUNTS (sizeof KERNELS / sizeof KERNELS[0])

int attach_is_id(const char *text) {
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i++) {
    if (!isdigit((unsigned char)text[i]) && !islower((unsigned char)text[i])) {
      return 0;
    }
  }
  return length == ATTACH_ID_LENGTH;
}

/* Images are hostile: a link in place of a folder would lead out of the box. */
static int open_plain(int at, const char *path, uint64_t flags) {
  struct open_how how = {
      .flags = flags | O_CLOEXEC | O_NOFOLLOW,
      .mode = flags & O_CREAT ? 0644 : 0,
      .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  return (int)syscall(SYS_openat2, at, path, &how, sizeof how);
}

static int same_file(const struct stat *one, const struct stat *other) {
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* The process may have died and its id may be another's: only the box sees its folder there. */
static int require_box(int process, const char *box) {
  char path[sizeof ATTACH_BOXES + 1 + ATTACH_ID_LENGTH];
  struct stat folder;
  struct stat seen;
  snprintf(path, sizeof path, ATTACH_BOXES "/%s", box);
  int root = openat(process, "root", O_PATH | O_CLOEXEC);
  int inside = root < 0 ? -1 : open_plain(root, "errand/box", O_PATH);
  if (inside < 0 || stat(path, &folder) < 0 || fstat(inside, &seen) < 0) {
    return -1;
  }
  if (!same_file(&folder, &seen)) {
    errno = ESRCH;
    return -1;
  }
  return 0;
}

/*
 * Two hosts may ask for the same box. The disks' folder is the lock, which no box can reach: one
 * that held a lock on its own folder would keep every other box waiting. Held until we end.
 */
static int lock_disks(void) {
  const struct timespec pause = {.tv_nsec = 1000000};
  int disks = open(ATTACH_DISKS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int waited_ms = 0; disks >= 0 && waited_ms < MAX_WAIT_MS; waited_ms++) {
    if (flock(disks, LOCK_EX | LOCK_NB) == 0) {
      return 0;
    }
    if (errno != EWOULDBLOCK) {
      return -1;
    }
    nanosleep(&pause, NULL);
  }
  return -1;
}

/* The engine's own program is the box's first process until it becomes the runner. */
static int await_runner(int process) {
  const struct timespec pause = {.tv_nsec = 1000000};
  struct stat executed;
  struct stat runner;
  for (int waited_ms = 0; waited_ms < MAX_WAIT_MS; waited_ms++) {
    int root = openat(process, "root", O_PATH | O_CLOEXEC);
    int file = root < 0 ? -1 : open_plain(root, "errand/runner", O_PATH);
    if (file < 0 || fstat(file, &runner) < 0 || fstatat(process, "exe", &executed, 0) < 0) {
      return -1;
    }
    close(root);
    close(file);
    if (same_file(&executed, &runner)) {
      return 0;
    }
    nanosleep(&pause, NULL);
  }
  errno = ETIMEDOUT;
  return -1;
}

static int move_to(int mount, int directory) {
  return move_mount(mount, "", directory, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* The overlay's folders; the root's owner and mode are those of what it covers. */
static int make_folders(int disk, int frozen) {
  struct stat root;
  int known = frozen < 0 ? stat("/", &root) : fstatat(frozen, "upper", &root, AT_SYMLINK_NOFOLLOW);
  return known < 0 || mkdirat(disk, "upper", 0755) < 0 || mkdirat(disk, "work", 0755) < 0 ||
                 mkdirat(disk, "lower", 0700) < 0 ||
                 fchownat(disk, "upper", root.st_uid, root.st_gid, 0) < 0 ||
                 fchmodat(disk, "upper", root.st_mode & 07777, 0) < 0
             ? -1
             : 0;
}

/*
 * The image below, the disk above, what is frozen in between. Nobody waits for the disk to be
 * written (volatile): either nothing of it outlives the box, or the kernel writes it all when the
 * box has ended.
 */
static int open_overlay(int disk, int frozen, int stand) {
  const char *below = frozen < 0 ? "/" : "/errand/lower/upper:/";
  if (move_to(disk, stand) < 0) {
    return -1;
  }
  if (frozen >= 0) {
    int place = open("/errand/lower", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place < 0 || move_to(frozen, place) < 0) {
      return -1;
    }
    close(place);
  }
  int context = fsopen("overlay", FSOPEN_CLOEXEC);
  if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "source", MOUNTS_DISK, 0) < 0 ||
      fsconfig(context, FSCONFIG_SET_STRING, "lowerdir", below, 0) < 0 ||
      fsconfig(context, FSCONFIG_SET_STRING, "upperdir", "/errand/upper", 0) < 0 ||
      fsconfig(context, FSCONFIG_SET_STRING, "workdir", "/errand/work", 0) < 0 ||
      fsconfig(context, FSCONFIG_SET_FLAG, "volatile", NULL, 0) < 0 ||
      fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
    return -1;
  }
  int overlay = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  close(context);
  return overlay < 0 || umount2("/errand", MNT_DETACH) < 0 ? -1 : overlay;
}

/* The engine's own file is mounted over the image's; a box has one that it may change. */
static void copy_file(int from, int to, const char *path) {
  static char text[MAX_COPIED];
  int source = open_plain(from, path, O_RDONLY | O_NONBLOCK);
  int target = open_plain(to, path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK);
  ssize_t length = source < 0 || target < 0 ? -1 : read(source, text, sizeof text);
  if (length > 0) {
    ssize_t ignored = write(target, text, (size_t)length); /* an image may have no such place */
    (void)ignored;
  }
}

struct carried {
  int mount;
  char path[MOUNTS_MAX_NAME + 8];
};

/* What goes along: the kernel's own file systems, and what we mounted. Volumes stay behind. */
static int open_carried(const char *mountinfo, int root, struct carried *carried) {
  static char names[MOUNTS_MAX][MOUNTS_MAX_NAME];
  int own = mounts_of_ours(mountinfo, names);
  if (own < 0) {
    errno = E2BIG;
    return -1;
  }
  int count = 0;
  for (size_t i = 0; i < KERNEL_MOUNTS; i++) {
    strcpy(carried[count++].path, KERNELS[i]);
  }
  for (int i = 0; i < own; i++) {
    snprintf(carried[count++].path, sizeof carried[0].path, "errand/%.*s",
             MOUNTS_MAX_NAME, names[i]);
  }
  for (int i = 0; i < count; i++) {
    carried[i].mount = open_plain(root, carried[i].path, O_PATH);
    if (carried[i].mount < 0) {
      return -1;
    }
  }
  return count;
}

/*
 * What was prepared may have moved /errand away and left anything in its place. An opaque folder
 * of our own hides that, with a place for each of our mounts, of its kind.
 */
static int make_places(int disk, const struct carried *carried, int count) {
  if (mkdirat(disk, "upper/errand", 0755) < 0) {
    return -1;
  }
  int folder = openat(disk, "upper/errand", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || fsetxattr(folder, "trusted.overlay.opaque", "y", 1, 0) < 0) {
    return -1;
  }
  for (int i = KERNEL_MOUNTS; i < count; i++) {
    const char *name = carried[i].path + sizeof "errand/" - 1;
    struct stat kind;
    if (fstatat(carried[i].mount, "", &kind, AT_EMPTY_PATH) < 0) {
      return -1;
    }
    int made = S_ISDIR(kind.st_mode)
                   ? mkdirat(folder, name, 0755)
                   : openat(folder, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (made < 0) {
      return -1;
    }
  }
  return 0;
}

/* With cgroups of version 1 it is a writable tmpfs that never loses what was once written. */
static void close_cgroups(void) {
  mount(NULL, "/sys/fs/cgroup", NULL,
        MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

/* Runs in the box's mounts, with its old root as ours. */
static int replace_root(const char *mountinfo, int disk, int frozen, const char **step) {
  struct carried carried[KERNEL_MOUNTS + MOUNTS_MAX];
  *step = "open the box's mounts";
  int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  int stand = open_plain(old, "errand", O_PATH | O_DIRECTORY);
  int count = open_carried(mountinfo, old, carried);
  if (old < 0 || stand < 0 || count < 0 ||
      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
    return -1;
  }
  *step = "make the disk's folders";
  if (make_folders(disk, frozen) < 0 || (frozen >= 0 && make_places(disk, carried, count) < 0)) {
    return -1;
  }
  *step = "lay the disk over the image";
  int overlay = open_overlay(disk, frozen, stand);
  if (overlay < 0 || move_to(overlay, stand) < 0) {
    return -1;
  }
  copy_file(old, overlay, "etc/hosts");
  copy_file(old, overlay, "etc/hostname");
  *step = "move the box's mounts";
  for (int i = 0; i < count; i++) {
    int place = open_plain(overlay, carried[i].path, O_PATH);
    if (place < 0 || move_to(carried[i].mount, place) < 0) {
      return -1;
    }
  }
  *step = "change the box's root";
  if (fchdir(overlay) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
      umount2(".", MNT_DETACH) < 0) {
    return -1;
  }
  close_cgroups();
  return 0;
}

/* The mount of what an earlier box wrote; -1 with errno. */
static int open_frozen(const char *box) {
  char path[sizeof ATTACH_FROZEN + 6 + ATTACH_ID_LENGTH];
  int number = -1;
  snprintf(path, sizeof path, ATTACH_FROZEN "/%s.ext4", box);
  int loop = disk_loop_frozen(path, &number); /* held until we end, and by the mount for longer */
  return loop < 0 ? -1 : disk_open(number, 1);
}

int attach_disk(pid_t first, const char *box, const char *frozen, const char **step) {
  char path[sizeof ATTACH_DISKS + 6 + ATTACH_ID_LENGTH];
  int number = -1;
  snprintf(path, sizeof path, "/proc/%d", (int)first);
  *step = "find the box's first process";
  int process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (process < 0 || require_box(process, box) < 0 || await_runner(process) < 0) {
    return -1;
  }
  *step = "wait for another mounter";
  if (lock_disks() < 0) {
    return -1;
  }
  *step = "read the box's mounts";
  char *mountinfo = mounts_read(process);
  if (mountinfo == NULL) {
    return -1;
  }
  if (mounts_root_is_disk(mountinfo)) {
    return 0;
  }
  *step = "attach a loop device";
  snprintf(path, sizeof path, ATTACH_DISKS "/%s.ext4", box);
  if (disk_loop(path, &number) < 0) {
    return -1;
  }
  *step = "mount the disk";
  int disk = disk_open(number, 0);
  if (disk < 0) {
    return -1;
  }
  *step = "mount what was prepared";
  int below = frozen == NULL ? -1 : open_frozen(frozen);
  if (frozen != NULL && below < 0) {
    return -1;
  }
  *step = "enter the box's mounts";
  int mounts = openat(process, "ns/mnt", O_RDONLY | O_CLOEXEC);
  if (mounts < 0 || setns(mounts, CLONE_NEWNS) < 0) {
    return -1;
  }
  return replace_root(mountinfo, disk, below, step);
}
