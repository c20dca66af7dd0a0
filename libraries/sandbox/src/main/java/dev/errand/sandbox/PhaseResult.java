package dev.errand.sandbox;

/**
 * How a phase ended. When it is known, no process of the phase is left in the box.
 *
 * @param exitCode of the script; 128 + n when signal n ended it
 * @param timedOut whether its timeout ended it; the exit code is then whatever TERM or KILL left
 * @param outOfMemory whether it failed after the kernel had killed one of its processes at the
 *     box's memory limit; never true beside exit code 0
 */
public record PhaseResult(int exitCode, boolean timedOut, boolean outOfMemory) {}
