package dev.errand.egress;

/**
 * A connection that was refused.
 *
 * @param host as the client wrote it, printable, at most 253 characters
 * @param rule the rule's stable id, such as {@code internet-off}
 */
public record Denial(String host, int port, String rule) {}
