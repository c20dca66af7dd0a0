#include "frame.h"

#include <string.h>

static uint64_t take_number(struct cursor *in, size_t bytes) {
  if (in->bad || in->left < bytes) {
    in->bad = 1;
    return 0;
  }
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; i++) {
    value = value << 8 | in->at[i];
  }
  in->at += bytes;
  in->left -= bytes;
  return value;
}

uint8_t take_u8(struct cursor *in) { return (uint8_t)take_number(in, 1); }
uint16_t take_u16(struct cursor *in) { return (uint16_t)take_number(in, 2); }
uint32_t take_u32(struct cursor *in) { return (uint32_t)take_number(in, 4); }
uint64_t take_u64(struct cursor *in) { return take_number(in, 8); }

const uint8_t *take_text(struct cursor *in, size_t *length) {
  *length = take_u32(in);
  if (in->bad || in->left < *length) {
    in->bad = 1;
    *length = 0;
    return in->at;
  }
  const uint8_t *text = in->at;
  in->at += *length;
  in->left -= *length;
  return text;
}

void put_bytes(struct builder *out, const void *bytes, size_t length) {
  if (out->full || out->room - out->length < length) {
    out->full = 1;
    return;
  }
  memcpy(out->to + out->length, bytes, length);
  out->length += length;
}

static void put_number(struct builder *out, uint64_t value, size_t bytes) {
  uint8_t big_endian[8];
  for (size_t i = 0; i < bytes; i++) {
    big_endian[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
  }
  put_bytes(out, big_endian, bytes);
}

void frame_begin(struct builder *out, uint8_t *to, size_t room, enum frame_type type) {
  *out = (struct builder){.to = to, .room = room};
  put_u32(out, 0);
  put_u8(out, (uint8_t)type);
}

void put_u8(struct builder *out, uint8_t value) { put_number(out, value, 1); }
void put_u32(struct builder *out, uint32_t value) { put_number(out, value, 4); }
void put_u64(struct builder *out, uint64_t value) { put_number(out, value, 8); }

void put_text(struct builder *out, const char *text) {
  size_t length = strlen(text);
  put_u32(out, (uint32_t)length);
  put_bytes(out, text, length);
}

size_t frame_end(struct builder *out) {
  if (out->full) {
    return 0;
  }
  struct builder header = {.to = out->to, .room = 4};
  put_u32(&header, (uint32_t)(out->length - FRAME_HEADER));
  return out->length;
}
