/* Frames of the control channel; PROTOCOL.md is their description. */
#ifndef ERRAND_FRAME_H
#define ERRAND_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 1
#define FRAME_HEADER 5                 /* u32 length of the payload, u8 type */
#define FRAME_MAX_IN (512 * 1024)      /* a script of 256 KiB, variables of 128 KiB, and room */
#define FRAME_MAX_OUTPUT (64 * 1024)   /* bytes of the phase in one OUTPUT */
#define PHASE_ID_MAX 63

enum frame_type {
  FRAME_RUN = 1,
  FRAME_JOIN = 2,
  FRAME_ACK = 3,
  FRAME_KILL = 4,
  FRAME_HELLO = 16,
  FRAME_STARTED = 17,
  FRAME_OUTPUT = 18,
  FRAME_EXIT = 19,
  FRAME_REFUSED = 20,
};

enum { RUN_HAS_SECRETS = 1 };
enum { EXIT_TIMED_OUT = 1, EXIT_OUT_OF_MEMORY = 2, EXIT_NOT_CLEAN = 4 };
enum phase_state { STATE_IDLE = 0, STATE_RUNNING = 1, STATE_FINISHED = 2 };

/* Takes numbers and texts off a payload; after the first lack everything is 0 and bad is set. */
struct cursor {
  const uint8_t *at;
  size_t left;
  int bad;
};

uint8_t take_u8(struct cursor *in);
uint16_t take_u16(struct cursor *in);
uint32_t take_u32(struct cursor *in);
uint64_t take_u64(struct cursor *in);

/* A text with its u32 length before it; not terminated. */
const uint8_t *take_text(struct cursor *in, size_t *length);

/* Builds one frame in a buffer; full is set, and nothing more written, when it does not fit. */
struct builder {
  uint8_t *to;
  size_t room;
  size_t length;
  int full;
};

void frame_begin(struct builder *out, uint8_t *to, size_t room, enum frame_type type);
void put_u8(struct builder *out, uint8_t value);
void put_u32(struct builder *out, uint32_t value);
void put_u64(struct builder *out, uint64_t value);
void put_bytes(struct builder *out, const void *bytes, size_t length);
void put_text(struct builder *out, const char *text);

/* Writes the payload's length into the header; the frame's whole length, or 0 when it is full. */
size_t frame_end(struct builder *out);

#endif
