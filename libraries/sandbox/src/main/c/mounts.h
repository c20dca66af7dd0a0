/* What a box's mountinfo says. */
#ifndef ERRAND_MOUNTS_H
#define ERRAND_MOUNTS_H

#define MOUNTS_DISK "errand-disk" /* the source that the root has when it is a disk of ours */
#define EXIT_FORGOTTEN 5
#define MOUNTS_MAX 64
#define MOUNTS_MAX_NAME 64

/* The mountinfo of a process, by its folder in /proc; to be freed. NULL with errno. */
char *mounts_read(int process);

/* Whether the box's root is a disk of ours already. */
int mounts_root_is_disk(const char *mountinfo);

/* Names of what is mounted in /errand; how many, or -1 when there are more or deeper ones. */
int mounts_of_ours(const char *mountinfo, char names[][MOUNTS_MAX_NAME]);

/* Whether the host has removed what is mounted here: nobody reaches the box by it any more. */
int mounts_is_deleted(const char *folder);

/* Returns when our root is a disk of ours; ends the process when the folder has been deleted. */
void mounts_await_disk(const char *folder);

#endif
