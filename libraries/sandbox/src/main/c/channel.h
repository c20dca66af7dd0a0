/* The connection to whichever host process has bound the control socket last. */
#ifndef ERRAND_CHANNEL_H
#define ERRAND_CHANNEL_H

#include <poll.h>
#include <stdint.h>

#include "frame.h"
#include "ring.h"

#define CHANNEL_DIRECTORY "box" /* below the runner's own folder, /errand */
#define CHANNEL_SOCKET "control.sock"
#define CHANNEL_POLLED 2

/* Watches the directory and tries once to connect; -1 only when there is no directory. */
int channel_prepare(void);

/* Milliseconds until the next attempt to connect is due, or -1: a new socket will wake us. */
int channel_retry_ms(void);

void channel_polled(struct pollfd polled[CHANNEL_POLLED]);

/*
 * Connects anew when a socket has appeared, and hands over each whole frame. descriptor is the one
 * that came with the frame, or -1; it is closed afterwards. 1 when the connection is a new one.
 */
int channel_serve(const struct pollfd polled[CHANNEL_POLLED],
                  void (*on_frame)(enum frame_type, struct cursor *payload, int descriptor));

void channel_hello(enum phase_state state, const char *id);

/* From here on this connection carries the phase, beginning at the offset. */
void channel_started(const char *id, uint64_t offset);
void channel_refused(const char *id, const char *reason);
void channel_exit(const char *id, uint32_t code, uint8_t flags);

/* Queues output as far as there is room; how many bytes are still to be queued, 0 when watched by
 * nobody. */
uint64_t channel_output(const struct ring *ring);

/* Queues the end of the phase that this connection carries, once. */
void channel_last(const char *id, uint32_t code, uint8_t flags);

void channel_flush(void);

#endif
