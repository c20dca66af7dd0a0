#include "caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))
#define MAX_CAPABILITY 63

uint64_t caps_privileged(void) {
  return BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) |
         BIT(CAP_SETUID) | BIT(CAP_SETGID);
}

uint64_t caps_forwarder(void) { return BIT(CAP_DAC_OVERRIDE); }

static int drop_bounding(uint64_t keep) {
  for (int capability = 0; capability <= MAX_CAPABILITY; capability++) {
    if (keep & BIT(capability)) {
      continue;
    }
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) {
      continue;
    }
    if (errno == EINVAL) {
      return 0; /* beyond the last one that this kernel knows */
    }
    return -1;
  }
  return 0;
}

int caps_confine(uint64_t keep) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (drop_bounding(keep) < 0 || syscall(SYS_capget, &header, data) < 0) {
    return -1;
  }
  for (int half = 0; half < 2; half++) {
    data[half].permitted &= (uint32_t)(keep >> (32 * half));
    data[half].effective = data[half].permitted;
    data[half].inheritable = 0;
  }
  header.version = _LINUX_CAPABILITY_VERSION_3;
  if (syscall(SYS_capset, &header, data) < 0) {
    return -1;
  }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) {
    return -1;
  }
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
