#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_MS 50    /* after a connection was lost or the host's queue was full */
#define POLLING_MS 20  /* when the kernel gives no inotify instance */
#define OUT_BYTES (2 * FRAME_MAX_OUTPUT + 4096)
#define CONTROL_ROOM 2048 /* kept free of output, for the small frames */

static int watcher = -1;
static int connection = -1;
static int attempt_due; /* a connection was lost since the last attempt failed for good */
static int retry_ms; /* 0 before the first attempt */
static uint8_t in[FRAME_HEADER + FRAME_MAX_IN];
static size_t in_length;
static int received = -1; /* a descriptor whose frame is not complete yet */
static uint8_t out[OUT_BYTES];
static size_t out_from;
static size_t out_to;
static int watched;      /* STARTED was sent on this connection */
static int last_sent;
static uint64_t sent;

static void drop(void) {
  if (connection >= 0) {
    close(connection);
  }
  if (received >= 0) {
    close(received);
  }
  connection = received = -1;
  in_length = out_from = out_to = 0;
  watched = last_sent = 0;
}

/* 1 when there is a new connection, which has replaced the old one. */
static int attempt(void) {
  retry_ms = RETRY_MS;
  static const struct sockaddr_un address = {
      .sun_family = AF_UNIX,
      .sun_path = CHANNEL_DIRECTORY "/" CHANNEL_SOCKET,
  };
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
    drop();
    connection = fd;
    attempt_due = 0;
    return 1;
  }
  /* Nobody listens: a new socket will announce itself. A full queue: try again. */
  attempt_due = fd < 0 || (errno != ECONNREFUSED && errno != ENOENT);
  if (fd >= 0) {
    close(fd);
  }
  return 0;
}

int channel_prepare(void) {
  watcher = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (watcher >= 0 && inotify_add_watch(watcher, CHANNEL_DIRECTORY, IN_MOVED_TO | IN_CREATE) < 0) {
    close(watcher);
    watcher = -1;
  }
  attempt_due = 1;
  retry_ms = 0;
  return access(CHANNEL_DIRECTORY, F_OK);
}

int channel_retry_ms(void) {
  if (watcher < 0) {
    return connection < 0 ? POLLING_MS : -1;
  }
  return attempt_due ? retry_ms : -1;
}

void channel_polled(struct pollfd polled[CHANNEL_POLLED]) {
  polled[0] = (struct pollfd){.fd = watcher, .events = POLLIN};
  polled[1] = (struct pollfd){
      .fd = connection,
      .events = (short)(POLLIN | (out_from < out_to ? POLLOUT : 0)),
  };
}

static int socket_appeared(void) {
  _Alignas(struct inotify_event) char events[4096];
  int appeared = 0;
  for (ssize_t got; (got = read(watcher, events, sizeof events)) > 0;) {
    for (char *at = events; at < events + got;) {
      const struct inotify_event *event = (const struct inotify_event *)(void *)at;
      appeared |= (event->mask & IN_Q_OVERFLOW) != 0 ||
                  (event->len > 0 && strcmp(event->name, CHANNEL_SOCKET) == 0);
      at += sizeof *event + event->len;
    }
  }
  return appeared;
}

/* A descriptor lies in the control data of the byte that it was sent with. */
static ssize_t receive(void) {
  union {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
  } control;
  struct iovec piece = {in + in_length, sizeof in - in_length};
  struct msghdr message = {
      .msg_iov = &piece,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control,
  };
  ssize_t got = recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
      header->cmsg_len == CMSG_LEN(sizeof(int))) {
    if (received >= 0) {
      close(received);
    }
    memcpy(&received, CMSG_DATA(header), sizeof received);
  }
  return got;
}

/* Whether a RUN announces a descriptor: its flags stand behind its id and kind. */
static int announces_descriptor(const uint8_t *payload, size_t length) {
  struct cursor at = {.at = payload, .left = length};
  size_t id_length;
  take_text(&at, &id_length);
  take_u8(&at);
  return (take_u8(&at) & RUN_HAS_SECRETS) != 0 && !at.bad;
}

/* Hands over the first frame of in, and forgets it; 0 when it is not complete, -1 when malformed. */
static int hand_over(void (*on_frame)(enum frame_type, struct cursor *, int)) {
  struct cursor header = {.at = in, .left = in_length};
  size_t length = take_u32(&header);
  enum frame_type type = (enum frame_type)take_u8(&header);
  if (header.bad) {
    return 0;
  }
  if (length > FRAME_MAX_IN - 1) {
    return -1;
  }
  size_t whole = FRAME_HEADER + length;
  if (in_length < whole) {
    return 0;
  }
  /* The descriptor comes with one byte of its own, behind the frame. */
  if (type == FRAME_RUN && announces_descriptor(in + FRAME_HEADER, length)) {
    if (in_length < ++whole) {
      return 0;
    }
  }
  int descriptor = -1;
  if (whole > FRAME_HEADER + length) {
    descriptor = received;
    received = -1;
  }
  struct cursor payload = {.at = in + FRAME_HEADER, .left = length};
  on_frame(type, &payload, descriptor);
  if (descriptor >= 0) {
    close(descriptor);
  }
  memmove(in, in + whole, in_length - whole);
  in_length -= whole;
  return 1;
}

static void read_frames(void (*on_frame)(enum frame_type, struct cursor *, int)) {
  for (;;) {
    ssize_t got = receive();
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
      return;
    }
    if (got <= 0) {
      drop();
      attempt_due = 1;
      return;
    }
    in_length += (size_t)got;
    int handed;
    while ((handed = hand_over(on_frame)) > 0) {
    }
    if (handed < 0) {
      drop();
      attempt_due = 1;
      return;
    }
  }
}

int channel_serve(const struct pollfd polled[CHANNEL_POLLED],
                  void (*on_frame)(enum frame_type, struct cursor *, int)) {
  int appeared = watcher >= 0 && polled[0].revents ? socket_appeared() : 0;
  if (connection >= 0 && polled[1].revents) {
    read_frames(on_frame);
  }
  int polling = watcher < 0 && connection < 0;
  return appeared || attempt_due || polling ? attempt() : 0;
}

static void queue(struct builder *frame) {
  out_to += frame_end(frame);
}

static int begin(struct builder *frame, enum frame_type type) {
  if (connection < 0) {
    return -1;
  }
  frame_begin(frame, out + out_to, OUT_BYTES - out_to, type);
  return 0;
}

void channel_hello(enum phase_state state, const char *id) {
  struct builder frame;
  if (begin(&frame, FRAME_HELLO) == 0) {
    put_u8(&frame, PROTOCOL_VERSION);
    put_u8(&frame, (uint8_t)state);
    put_text(&frame, id);
    queue(&frame);
  }
}

void channel_started(const char *id, uint64_t offset) {
  struct builder frame;
  watched = 1;
  last_sent = 0;
  sent = offset;
  if (begin(&frame, FRAME_STARTED) == 0) {
    put_text(&frame, id);
    put_u64(&frame, offset);
    queue(&frame);
  }
}

void channel_refused(const char *id, const char *reason) {
  struct builder frame;
  if (begin(&frame, FRAME_REFUSED) == 0) {
    put_text(&frame, id);
    put_text(&frame, reason);
    queue(&frame);
  }
}

void channel_exit(const char *id, uint32_t code, uint8_t flags) {
  struct builder frame;
  if (begin(&frame, FRAME_EXIT) == 0) {
    put_text(&frame, id);
    put_u32(&frame, code);
    put_u8(&frame, flags);
    queue(&frame);
  }
}

uint64_t channel_output(const struct ring *ring) {
  static uint8_t chunk[FRAME_MAX_OUTPUT];
  if (connection < 0 || !watched) {
    return 0;
  }
  channel_flush();
  while (sent < ring->end && OUT_BYTES - out_to >= sizeof chunk + CONTROL_ROOM) {
    struct builder frame;
    size_t length = ring_copy(ring, sent, chunk, sizeof chunk);
    if (length == 0) {
      break;
    }
    begin(&frame, FRAME_OUTPUT);
    put_u64(&frame, sent);
    put_bytes(&frame, chunk, length);
    queue(&frame);
    sent += length;
  }
  return ring->end - sent;
}

void channel_last(const char *id, uint32_t code, uint8_t flags) {
  if (watched && !last_sent) {
    channel_exit(id, code, flags);
    last_sent = 1;
  }
}

void channel_flush(void) {
  while (connection >= 0 && out_from < out_to) {
    ssize_t put =
        send(connection, out + out_from, out_to - out_from, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0) {
      break; /* full: poll says when to go on; broken: the next read says so */
    }
    out_from += (size_t)put;
  }
  memmove(out, out + out_from, out_to - out_from);
  out_to -= out_from;
  out_from = 0;
}
