package dev.errand.repositories;

/** Takes what a process writes, on the thread that reads it. */
interface ByteSink {
  void take(byte[] bytes, int length);
}
