package dev.errand.sandbox;

/**
 * What a box is promised to be kept from, and what an engine may be unable to hold. A box is
 * refused where one does not hold, unless the installation says that it does without it.
 */
public enum Rule {
  /** The box's files take no more than its limit, in bytes and in inodes. */
  DISK,

  /** Only the system calls that builds need: {@link SeccompProfile}. */
  SECCOMP
}
