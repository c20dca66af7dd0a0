#include "ring.h"

#include <string.h>
#include <sys/uio.h>

void ring_reset(struct ring *ring) {
  ring->acked = 0;
  ring->end = 0;
}

size_t ring_room(const struct ring *ring) {
  return RING_BYTES - (size_t)(ring->end - ring->acked);
}

/* The free or held bytes from an offset on lie in at most two pieces. */
static size_t first_piece(uint64_t offset, size_t length) {
  size_t until_wrap = RING_BYTES - (size_t)(offset % RING_BYTES);
  return length < until_wrap ? length : until_wrap;
}

ssize_t ring_fill(struct ring *ring, int fd) {
  size_t room = ring_room(ring);
  size_t first = first_piece(ring->end, room);
  struct iovec pieces[2] = {
      {ring->data + ring->end % RING_BYTES, first},
      {ring->data, room - first},
  };
  ssize_t got = readv(fd, pieces, 2);
  if (got > 0) {
    ring->end += (uint64_t)got;
  }
  return got;
}

void ring_say(struct ring *ring, const char *text) {
  for (; *text != 0 && ring_room(ring) > 0; text++) {
    ring->data[ring->end++ % RING_BYTES] = (uint8_t)*text;
  }
}

size_t ring_copy(const struct ring *ring, uint64_t from, uint8_t *to, size_t max) {
  if (from < ring->acked || from > ring->end) {
    return 0;
  }
  size_t length = (size_t)(ring->end - from);
  if (length > max) {
    length = max;
  }
  size_t first = first_piece(from, length);
  memcpy(to, ring->data + from % RING_BYTES, first);
  memcpy(to + first, ring->data, length - first);
  return length;
}

int ring_acknowledge(struct ring *ring, uint64_t offset) {
  if (offset < ring->acked || offset > ring->end) {
    return -1;
  }
  ring->acked = offset;
  return 0;
}
