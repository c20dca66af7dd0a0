/* Starts a phase: a login shell in a session of its own, with its kind's capabilities. */
#ifndef ERRAND_PHASE_H
#define ERRAND_PHASE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame.h"

#define PHASE_MAX_VARIABLES 2048
#define PHASE_MAX_SECRET_BYTES (64 * 1024)
#define PHASE_MAX_PATH 4096
#define PHASE_SOCKETS "box/" /* below the runner's own folder, /errand */

enum phase_kind {
  KIND_CHECKOUT = 1,
  KIND_SETUP = 2,
  KIND_MAINTENANCE = 3,
  KIND_AGENT = 4,
  KIND_DIFF = 5,
  KIND_VERIFY = 6,
};

/* A RUN frame; the texts are terminated copies and stay valid until the next one is read. */
struct phase_request {
  char id[PHASE_ID_MAX + 1];
  enum phase_kind kind;
  int has_secrets;
  uint64_t timeout_ms;
  char directory[PHASE_MAX_PATH];
  char proxy[64]; /* a file name below PHASE_SOCKETS; empty when there is no way out */
  char *environment[PHASE_MAX_VARIABLES + 3];
  size_t variables;
  const uint8_t *script;
  size_t script_length;
};

/* Reads a RUN payload; -1 when it is outside of the protocol or its limits. */
int phase_read(struct phase_request *request, struct cursor *payload);

struct phase_process {
  pid_t shell;
  int output;      /* what the phase writes, non-blocking */
  int temporary;   /* its TMPDIR, or -1 */
  char temporary_path[64];
};

/*
 * Starts the forwarder and the shell. secrets is a pipe's read end or -1; it is never read by the
 * caller. -1 and a sentence in problem when the phase cannot start.
 */
int phase_start(struct phase_request *request, int secrets, struct phase_process *process,
                const char **problem);

#endif
