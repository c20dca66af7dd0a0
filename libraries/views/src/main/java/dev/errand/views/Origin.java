package dev.errand.views;

import java.time.Instant;

/**
 * Where and when a fact was appended. All facts of one task and one topic lie in one partition, so
 * their offsets order them; offsets of different topics say nothing about each other.
 *
 * @param offset from 0
 * @param at the record's timestamp
 */
public record Origin(long offset, Instant at) {}
