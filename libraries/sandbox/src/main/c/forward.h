/* Carries the phase's connections to 127.0.0.1 on to the proxy's socket outside of the box. */
#ifndef ERRAND_FORWARD_H
#define ERRAND_FORWARD_H

#define FORWARD_PORT 3128
#define FORWARD_MAX_CONNECTIONS 256 /* more wait in the kernel's queue */
#define FORWARD_BUFFER (16 * 1024)  /* for each direction of each connection */

/* A listening socket on the loopback address; -1 when it cannot be. */
int forward_listen(int port);

/* Serves for ever: each connection goes to the socket that has this path at that moment. */
void forward_serve(int listener, const char *path) __attribute__((noreturn));

#endif
