/* A box's disk: a file with a file system of its own, on a loop device. */
#ifndef ERRAND_DISK_H
#define ERRAND_DISK_H

/*
 * Attaches the file to a free loop device, which vanishes with its last user; number says which.
 * The device's descriptor, or -1 with errno.
 */
int disk_loop(const char *path, int *number);

/* The file system on the device, as a mount that is nowhere yet; -1 with errno. */
int disk_open(int number);

#endif
