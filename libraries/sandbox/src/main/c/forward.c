#define _GNU_SOURCE
#include "forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* One direction: what was read and is not written yet. */
struct flow {
  size_t from;
  size_t to;
  int ended;  /* the source has said its last */
  int closed; /* and the target has been told */
  unsigned char data[FORWARD_BUFFER];
};

struct connection {
  int fd[2];            /* 0: the phase, 1: the proxy; -1 both when the place is free */
  struct flow flow[2];  /* flow[i] is read from fd[i] and written to fd[1 - i] */
};

static struct connection connections[FORWARD_MAX_CONNECTIONS];

int forward_listen(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons((uint16_t)port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  int yes = 1;
  if (listener < 0) {
    return -1;
  }
  /* Connections of the phase before may linger in TIME_WAIT. */
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
    close(listener);
    return -1;
  }
  return listener;
}

static int connect_out(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval patience = {.tv_sec = 5}; /* connect waits while the proxy's queue is full */
  if (strlen(path) >= sizeof address.sun_path) {
    return -1;
  }
  strcpy(address.sun_path, path);
  int out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (out < 0) {
    return -1;
  }
  setsockopt(out, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(out, (struct sockaddr *)&address, sizeof address) < 0) {
    close(out);
    return -1;
  }
  return out;
}

static void accept_one(int listener, const char *path) {
  int in = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (in < 0) {
    return;
  }
  int yes = 1;
  setsockopt(in, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  int out = connect_out(path);
  for (int i = 0; out >= 0 && i < FORWARD_MAX_CONNECTIONS; i++) {
    struct connection *free = &connections[i];
    if (free->fd[0] < 0) {
      free->fd[0] = in;
      free->fd[1] = out;
      for (int side = 0; side < 2; side++) {
        free->flow[side].from = free->flow[side].to = 0;
        free->flow[side].ended = free->flow[side].closed = 0;
      }
      return;
    }
  }
  static const char refused[] =
      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  send(in, refused, sizeof refused - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(in);
}

/* Moves what can be moved without waiting; -1 when the connection is broken. */
static int pump(struct flow *flow, int source, int target, int readable) {
  if (readable && !flow->ended && flow->from == flow->to) {
    ssize_t got = recv(source, flow->data, sizeof flow->data, MSG_DONTWAIT);
    if (got < 0 && errno != EAGAIN && errno != EINTR) {
      return -1;
    }
    flow->from = 0;
    flow->to = got > 0 ? (size_t)got : 0;
    flow->ended = got == 0;
  }
  if (flow->from < flow->to) {
    ssize_t put =
        send(target, flow->data + flow->from, flow->to - flow->from, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
      return -1;
    }
    flow->from += put > 0 ? (size_t)put : 0;
  }
  if (flow->ended && flow->from == flow->to && !flow->closed) {
    flow->closed = 1;
    shutdown(target, SHUT_WR);
  }
  return 0;
}

static void serve_connection(struct connection *connection, short in_events, short out_events) {
  short broken = POLLERR | POLLNVAL;
  int failed = (in_events & broken) || (out_events & broken);
  failed |= pump(&connection->flow[0], connection->fd[0], connection->fd[1],
                 in_events & (POLLIN | POLLHUP)) < 0;
  failed |= pump(&connection->flow[1], connection->fd[1], connection->fd[0],
                 out_events & (POLLIN | POLLHUP)) < 0;
  if (failed || (connection->flow[0].closed && connection->flow[1].closed)) {
    close(connection->fd[0]);
    close(connection->fd[1]);
    connection->fd[0] = connection->fd[1] = -1;
  }
}

/* Reads only when the other direction's buffer is empty; writes only when there is something. */
static short interest(const struct connection *connection, int side) {
  const struct flow *incoming = &connection->flow[side];
  const struct flow *outgoing = &connection->flow[1 - side];
  short events = 0;
  if (!incoming->ended && incoming->from == incoming->to) {
    events |= POLLIN;
  }
  if (outgoing->from < outgoing->to) {
    events |= POLLOUT;
  }
  return events;
}

void forward_serve(int listener, const char *path) {
  static struct pollfd polled[1 + 2 * FORWARD_MAX_CONNECTIONS];
  for (int i = 0; i < FORWARD_MAX_CONNECTIONS; i++) {
    connections[i].fd[0] = connections[i].fd[1] = -1;
  }
  for (;;) {
    int used = 0;
    for (int i = 0; i < FORWARD_MAX_CONNECTIONS; i++) {
      used += connections[i].fd[0] >= 0;
      for (int side = 0; side < 2; side++) {
        short events = connections[i].fd[0] < 0 ? 0 : interest(&connections[i], side);
        /* A side without interest is left out: its hang-up would wake us for ever. */
        polled[1 + 2 * i + side] =
            (struct pollfd){.fd = events == 0 ? -1 : connections[i].fd[side], .events = events};
      }
    }
    int full = used == FORWARD_MAX_CONNECTIONS;
    polled[0] = (struct pollfd){.fd = full ? -1 : listener, .events = POLLIN};
    if (poll(polled, 1 + 2 * FORWARD_MAX_CONNECTIONS, -1) < 0) {
      continue;
    }
    for (int i = 0; i < FORWARD_MAX_CONNECTIONS; i++) {
      short in_events = polled[1 + 2 * i].revents;
      short out_events = polled[2 + 2 * i].revents;
      if (connections[i].fd[0] >= 0 && (in_events | out_events)) {
        serve_connection(&connections[i], in_events, out_events);
      }
    }
    if (polled[0].revents & POLLIN) {
      accept_one(listener, path);
    }
  }
}
