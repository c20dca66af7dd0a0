package dev.errand.sandbox;

/**
 * What an engine says about itself.
 *
 * @param version such as 20.10.24
 * @param rootDirectory where it keeps images and containers, for whoever checks the disk
 * @param memoryBytes of its machine
 * @param filtersSystemCalls whether it can; boxes do not start without
 */
public record EngineInfo(
    String version,
    String apiVersion,
    String operatingSystem,
    String rootDirectory,
    int cpus,
    long memoryBytes,
    boolean filtersSystemCalls) {}
