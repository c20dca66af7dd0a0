package dev.errand.schemas;

/** A record's header. */
public record RecordHeader(String name, Data value) {}
