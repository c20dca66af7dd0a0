/* A box's disk: a file with a file system of its own, on a loop device. */
#ifndef ERRAND_DISK_H
#define ERRAND_DISK_H

/*
 * Attaches the file to a free loop device, which vanishes with its last user; number says which.
 * The device's descriptor, or -1 with errno.
 */
int disk_loop(const char *path, int *number);

/*
 * The same for a file that nobody writes any more, read-only. All who ask for the same file get
 * the same device, so that the kernel keeps what they read once.
 */
int disk_loop_frozen(const char *path, int *number);

/*
 * Gives the host back the room that the disk of a box, which has ended, does not use. Waits for the
 * kernel to let go of the file, before and after. 0, or -1 with errno and the step that failed.
 */
int disk_trim(const char *path, const char **step);

/* The file system on the device, as a mount that is nowhere yet; -1 with errno. */
int disk_open(int number, int read_only);

#endif
