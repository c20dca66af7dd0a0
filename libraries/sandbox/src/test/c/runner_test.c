/* What of the runner can be tried outside of a box; the rest is tried inside, from Java. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"
#include "caps.h"
#include "clean.h"
#include "forward.h"
#include "frame.h"
#include "mounts.h"
#include "phase.h"
#include "ring.h"

static int failures;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, __func__, #condition); \
      failures++;                                                               \
    }                                                                           \
  } while (0)

static void ring_keeps_what_is_not_acknowledged_across_its_end(void) {
  static struct ring ring;
  static uint8_t block[RING_BYTES];
  int pipe_fds[2];
  CHECK(pipe(pipe_fds) == 0);
  ring_reset(&ring);
  uint64_t written = 0;
  for (int round = 0; round < 100; round++) { /* 100 x 60,000 bytes wrap the ring five times */
    uint8_t piece[60000];
    memset(piece, 'a' + round % 26, sizeof piece);
    CHECK(write(pipe_fds[1], piece, sizeof piece) == (ssize_t)sizeof piece);
    CHECK(ring_fill(&ring, pipe_fds[0]) == (ssize_t)sizeof piece);
    CHECK(ring_copy(&ring, written, block, sizeof block) == sizeof piece);
    CHECK(memcmp(block, piece, sizeof piece) == 0);
    written += sizeof piece;
    CHECK(ring_acknowledge(&ring, written) == 0);
    CHECK(ring_room(&ring) == RING_BYTES);
  }
  close(pipe_fds[0]);
  close(pipe_fds[1]);
}

static void ring_takes_no_more_than_it_holds(void) {
  static struct ring ring;
  int zero = open("/dev/zero", O_RDONLY);
  ring_reset(&ring);
  while (ring_room(&ring) > 0) {
    CHECK(ring_fill(&ring, zero) > 0);
  }
  CHECK(ring.end == RING_BYTES);
  ring_say(&ring, "more");
  CHECK(ring.end == RING_BYTES);
  CHECK(ring_acknowledge(&ring, RING_BYTES + 1) == -1);
  CHECK(ring_acknowledge(&ring, 10) == 0);
  CHECK(ring_acknowledge(&ring, 9) == -1);
  CHECK(ring_room(&ring) == 10);
  uint8_t byte;
  CHECK(ring_copy(&ring, 9, &byte, 1) == 0);
  CHECK(ring_copy(&ring, RING_BYTES, &byte, 1) == 0);
  close(zero);
}

static void frames_come_back_as_they_were_built(void) {
  uint8_t bytes[64];
  struct builder out;
  frame_begin(&out, bytes, sizeof bytes, FRAME_EXIT);
  put_text(&out, "setup");
  put_u32(&out, 137);
  put_u8(&out, EXIT_TIMED_OUT);
  put_u64(&out, UINT64_C(0x0102030405060708));
  size_t length = frame_end(&out);
  CHECK(length == FRAME_HEADER + 4 + 5 + 4 + 1 + 8);
  struct cursor in = {.at = bytes, .left = length};
  CHECK(take_u32(&in) == length - FRAME_HEADER);
  CHECK(take_u8(&in) == FRAME_EXIT);
  size_t text_length;
  const uint8_t *text = take_text(&in, &text_length);
  CHECK(text_length == 5 && memcmp(text, "setup", 5) == 0);
  CHECK(take_u32(&in) == 137);
  CHECK(take_u8(&in) == EXIT_TIMED_OUT);
  CHECK(take_u64(&in) == UINT64_C(0x0102030405060708));
  CHECK(!in.bad && in.left == 0);
  CHECK(take_u8(&in) == 0 && in.bad);
}

static void a_frame_that_does_not_fit_is_none(void) {
  uint8_t bytes[8];
  struct builder out;
  frame_begin(&out, bytes, sizeof bytes, FRAME_HELLO);
  put_text(&out, "longer than the room");
  CHECK(frame_end(&out) == 0);
}

static size_t run_payload(uint8_t *bytes, size_t room, const char *id, uint8_t kind,
                          const char *directory, const char *proxy, const char *variable) {
  struct builder out;
  frame_begin(&out, bytes, room, FRAME_RUN);
  put_text(&out, id);
  put_u8(&out, kind);
  put_u8(&out, RUN_HAS_SECRETS);
  put_u64(&out, 1000);
  put_text(&out, directory);
  put_text(&out, proxy);
  put_u8(&out, 0);
  put_u8(&out, 1);
  put_text(&out, variable);
  put_text(&out, "exit 3");
  return frame_end(&out) - FRAME_HEADER;
}

static int readable(const char *id, uint8_t kind, const char *directory, const char *proxy,
                    const char *variable) {
  static struct phase_request request;
  uint8_t bytes[512];
  size_t length = run_payload(bytes, sizeof bytes, id, kind, directory, proxy, variable);
  struct cursor in = {.at = bytes + FRAME_HEADER, .left = length};
  return phase_read(&request, &in) == 0;
}

static void a_run_is_read_or_refused_whole(void) {
  static struct phase_request request;
  uint8_t bytes[512];
  size_t length = run_payload(bytes, sizeof bytes, "p1", KIND_SETUP, "/w", "setup.sock", "A=b");
  struct cursor in = {.at = bytes + FRAME_HEADER, .left = length};
  CHECK(phase_read(&request, &in) == 0);
  CHECK(strcmp(request.id, "p1") == 0 && request.kind == KIND_SETUP && request.has_secrets);
  CHECK(request.timeout_ms == 1000 && strcmp(request.directory, "/w") == 0);
  CHECK(strcmp(request.proxy, "setup.sock") == 0 && request.variables == 1);
  CHECK(strcmp(request.environment[0], "A=b") == 0);
  CHECK(request.script_length == 6 && memcmp(request.script, "exit 3", 6) == 0);
  for (size_t shorter = 0; shorter < length; shorter++) {
    struct cursor cut = {.at = bytes + FRAME_HEADER, .left = shorter};
    CHECK(phase_read(&request, &cut) == -1);
  }
  CHECK(!readable("", KIND_AGENT, "/w", "", "A=b"));
  CHECK(!readable("p", 0, "/w", "", "A=b"));
  CHECK(!readable("p", 7, "/w", "", "A=b"));
  CHECK(!readable("p", KIND_AGENT, "w", "", "A=b"));
  CHECK(!readable("p", KIND_AGENT, "/w", "../control.sock", "A=b"));
  CHECK(!readable("p", KIND_AGENT, "/w", "", "no-equals"));
  CHECK(readable("p", KIND_AGENT, "/w", "", "A="));
}

static void a_directory_is_emptied_without_following_links_or_depth(void) {
  char path[] = "/tmp/runner-test-XXXXXX";
  CHECK(mkdtemp(path) != NULL);
  char outside[64];
  snprintf(outside, sizeof outside, "%s-outside", path);
  CHECK(mkdir(outside, 0755) == 0);
  int kept = openat(AT_FDCWD, outside, O_DIRECTORY | O_RDONLY);
  CHECK(close(openat(kept, "kept", O_CREAT | O_WRONLY, 0600)) == 0);
  int directory = open(path, O_RDONLY | O_DIRECTORY);
  CHECK(symlinkat(outside, directory, "link") == 0);
  CHECK(mkfifoat(directory, "fifo", 0600) == 0);
  int deepest = dup(directory);
  for (int depth = 0; depth < 3000; depth++) { /* longer than any path can be */
    CHECK(mkdirat(deepest, "deep", 0755) == 0);
    int next = openat(deepest, "deep", O_RDONLY | O_DIRECTORY);
    CHECK(symlinkat("/", deepest, "root") == 0);
    close(deepest);
    deepest = next;
  }
  close(deepest);
  CHECK(clean_directory(directory) == 0);
  CHECK(rmdir(path) == 0);
  CHECK(faccessat(kept, "kept", F_OK, 0) == 0);
  unlinkat(kept, "kept", 0);
  rmdir(outside);
  close(kept);
  close(directory);
}

static void other_processes_are_counted(void) {
  char path[] = "/tmp/runner-test-XXXXXX";
  CHECK(mkdtemp(path) != NULL);
  int directory = open(path, O_RDONLY | O_DIRECTORY);
  CHECK(mkdirat(directory, "1", 0755) == 0);
  CHECK(mkdirat(directory, "sys", 0755) == 0);
  CHECK(clean_count_others(directory) == 0);
  CHECK(mkdirat(directory, "12", 0755) == 0);
  CHECK(clean_count_others(directory) == 1);
  CHECK(clean_count_others(-1) == -1);
  clean_directory(directory);
  close(directory);
  rmdir(path);
}

static void the_kernel_counts_memory_kills_in_either_form(void) {
  CHECK(clean_number_after("low 0\nhigh 4\noom 9\noom_kill 3\n", "oom_kill") == 3);
  CHECK(clean_number_after("oom_kill_disable 1\nunder_oom 0\noom_kill 2\n", "oom_kill") == 2);
  CHECK(clean_number_after("oom_kill_disable 1\n", "oom_kill") == 0);
  CHECK(clean_number_after("", "oom_kill") == 0);
}

static void confining_is_for_ever(void) {
  pid_t child = fork();
  if (child == 0) {
    int confined = caps_confine(0) == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    for (int capability = 0; capability < 40; capability++) {
      confined &= prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1;
    }
    _exit(confined ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(geteuid() != 0 || status == 0); /* only root can give up what it has */
}

static int unix_listener(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(listen(listener, 8) == 0);
  return listener;
}

static void a_connection_is_forwarded_both_ways_to_its_end(void) {
  char path[64];
  snprintf(path, sizeof path, "/tmp/runner-test-%d.sock", getpid());
  int proxy = unix_listener(path);
  int listener = forward_listen(0);
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  CHECK(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
  pid_t forwarder = fork();
  if (forwarder == 0) {
    close(proxy);
    forward_serve(listener, path);
  }
  int client = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  int server = accept(proxy, NULL, NULL);
  char bytes[8] = "";
  CHECK(write(client, "ping", 4) == 4 && recv(server, bytes, 4, MSG_WAITALL) == 4);
  CHECK(memcmp(bytes, "ping", 4) == 0);
  CHECK(shutdown(client, SHUT_WR) == 0 && recv(server, bytes, 1, 0) == 0);
  CHECK(write(server, "pong", 4) == 4 && recv(client, bytes, 4, MSG_WAITALL) == 4);
  CHECK(memcmp(bytes, "pong", 4) == 0);
  close(server);
  CHECK(recv(client, bytes, 1, 0) == 0);
  close(client);
  close(proxy);
  unlink(path); /* revoked: the next connection is refused, the forwarder lives */
  client = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(recv(client, bytes, 8, MSG_WAITALL) == 8 && memcmp(bytes, "HTTP/1.1", 8) == 0);
  close(client);
  CHECK(kill(forwarder, SIGKILL) == 0 && waitpid(forwarder, NULL, 0) == forwarder);
  close(listener);
}

static void the_root_is_ours_when_the_last_one_on_it_is(void) {
  const char *engine = "9 8 0:4 / / ro - overlay overlay rw,lowerdir=/a\n";
  const char *forged = "9 8 0:4 / / ro - overlay overlay rw,lowerdir=/errand-disk\n"
                       "8 9 0:5 / /errand/box ro - overlay errand-disk rw\n";
  const char *ours = "9 8 0:4 / / ro - overlay overlay rw\n"
                     "7 9 0:6 / / rw,nosuid,nodev - overlay errand-disk rw\n"
                     "6 7 0:7 / /proc rw - proc proc rw\n";
  CHECK(!mounts_root_is_disk(""));
  CHECK(!mounts_root_is_disk("no mountinfo\n"));
  CHECK(!mounts_root_is_disk(engine));
  CHECK(!mounts_root_is_disk(forged));
  CHECK(mounts_root_is_disk(ours));
}

static void only_what_we_mounted_goes_along(void) {
  char names[MOUNTS_MAX][MOUNTS_MAX_NAME];
  const char *plain = "1 2 0:1 / / ro - overlay overlay rw\n"
                      "1 2 0:1 /x /errand/runner ro - ext4 /dev/sda rw\n"
                      "1 2 0:1 /y /errand/box ro master:1 - ext4 /dev/sda rw\n"
                      "1 2 0:1 /v /data rw - ext4 /dev/sda rw\n";
  CHECK(mounts_of_ours(plain, names) == 2);
  CHECK(strcmp(names[0], "runner") == 0 && strcmp(names[1], "box") == 0);
  CHECK(mounts_of_ours("1 2 0:1 / /errand/box/deep rw - ext4 /dev/sda rw\n", names) == -1);
  CHECK(mounts_of_ours("", names) == 0);
  char many[(MOUNTS_MAX + 1) * 40 + 1] = "";
  for (int i = 0; i <= MOUNTS_MAX; i++) {
    strcat(many, "1 2 0:1 / /errand/box rw - ext4 a rw\n");
  }
  CHECK(mounts_of_ours(many, names) == -1);
}

static void a_box_is_named_by_its_id_alone(void) {
  CHECK(attach_is_id("0123456789ab"));
  CHECK(!attach_is_id("0123456789a"));
  CHECK(!attach_is_id("0123456789abc"));
  CHECK(!attach_is_id("../456789abc"));
  CHECK(!attach_is_id("0123456789AB"));
}

int main(void) {
  ring_keeps_what_is_not_acknowledged_across_its_end();
  ring_takes_no_more_than_it_holds();
  frames_come_back_as_they_were_built();
  a_frame_that_does_not_fit_is_none();
  a_run_is_read_or_refused_whole();
  a_directory_is_emptied_without_following_links_or_depth();
  other_processes_are_counted();
  the_kernel_counts_memory_kills_in_either_form();
  confining_is_for_ever();
  a_connection_is_forwarded_both_ways_to_its_end();
  the_root_is_ours_when_the_last_one_on_it_is();
  only_what_we_mounted_goes_along();
  a_box_is_named_by_its_id_alone();
  fprintf(stderr, failures == 0 ? "runner: all tests pass\n" : "runner: %d checks failed\n",
          failures);
  return failures == 0 ? 0 : 1;
}
