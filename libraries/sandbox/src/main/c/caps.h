/* Capabilities of the processes in the box. */
#ifndef ERRAND_CAPS_H
#define ERRAND_CAPS_H

#include <stdint.h>

/* What package managers, tar and chown need. KILL and SETPCAP are the runner's alone. */
uint64_t caps_privileged(void);

/* What the forwarder needs to connect to a socket that belongs to the host's user. */
uint64_t caps_forwarder(void);

/*
 * Leaves the calling process with these capabilities at most, for ever: bounding set, permitted,
 * effective, nothing inheritable or ambient, and no new privileges. -1 when the kernel refuses.
 */
int caps_confine(uint64_t keep);

#endif
