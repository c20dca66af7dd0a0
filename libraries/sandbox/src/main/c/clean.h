/* Leaves nothing of a phase: no process, no shared memory, no queue, no temporary file. */
#ifndef ERRAND_CLEAN_H
#define ERRAND_CLEAN_H

/* Opens what cleaning reads, before anything else runs in the box. -1 when it cannot. */
int clean_prepare(void);

/*
 * Kills everything but the caller and waits until /proc shows nothing else; then removes SysV and
 * POSIX objects and what lies in /dev/shm. reap is called for every child that has ended, before it
 * is forgotten. -1 when something is left after CLEAN_PATIENCE_MS.
 */
#define CLEAN_PATIENCE_MS 10000
int clean_box(void (*reap)(void));

/* Empties a directory without following a link or needing depth; -1 when something stays. */
int clean_directory(int directory);

/* How often the kernel has killed a process of this box for its memory limit; 0 when unknown. */
unsigned long clean_memory_kills(void);

/* Counts the numeric names but "1" in a listing of /proc; -1 when it cannot be read. */
int clean_count_others(int proc);

/* Takes the number behind a key at the start of a line, as in "oom_kill 3"; 0 when absent. */
unsigned long clean_number_after(const char *text, const char *key);

#endif
