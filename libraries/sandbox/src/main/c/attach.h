/* Gives a box a disk of its own: the root of its file system becomes a limited one. */
#ifndef ERRAND_ATTACH_H
#define ERRAND_ATTACH_H

#include <sys/types.h>

#define ATTACH_BOXES "/errand/boxes" /* the boxes' folders, read-only */
#define ATTACH_DISKS "/errand/disks" /* <box id>.ext4 */
#define ATTACH_FROZEN "/errand/frozen" /* the same of boxes that are no more, read-only */
#define ATTACH_ID_LENGTH 12

/*
 * Replaces the root of the box whose first process this is: below lies what the image holds, over
 * it what an earlier box wrote when one is named, and what the box writes goes to its disk. Nothing else that the engine has mounted can be written any
 * more, but what lies in memory. May be repeated. Leaves the calling process in the box's mounts,
 * so that it can only end. 0, or -1 with errno and the step that failed.
 */
int attach_disk(pid_t first, const char *box, const char *frozen, const char **step);

/* 12 digits and small letters. */
int attach_is_id(const char *text);

#endif
