/* What a phase has written and no host has acknowledged yet. Offsets count from the phase's start. */
#ifndef ERRAND_RING_H
#define ERRAND_RING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The window between phase and host: at a round trip of 1 ms it still carries 1 GB/s. */
#define RING_BYTES (1024 * 1024)

struct ring {
  uint64_t acked; /* everything below is forgotten */
  uint64_t end;   /* everything from acked to here is held; end - acked <= RING_BYTES */
  uint8_t data[RING_BYTES];
};

void ring_reset(struct ring *ring);
size_t ring_room(const struct ring *ring);

/* Reads once from fd into the free room (which must not be 0): bytes read, 0 at its end, or -1. */
ssize_t ring_fill(struct ring *ring, int fd);

/* Appends as much of the text as there is room for. */
void ring_say(struct ring *ring, const char *text);

/* Copies held bytes from an offset on; returns how many, at most max. */
size_t ring_copy(const struct ring *ring, uint64_t from, uint8_t *to, size_t max);

/* Forgets everything below the offset; -1 when it lies outside of what is held. */
int ring_acknowledge(struct ring *ring, uint64_t offset);

#endif
