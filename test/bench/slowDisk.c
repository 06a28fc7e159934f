/* Preloaded, makes every fsync take so many microseconds longer: what a commit costs on another disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

typedef int (*sync_call)(int);

static int slower(const char *name, int file) {
  const char *micros = getenv("SLOWER_BY");
  long wait = micros ? atol(micros) : 0;
  struct timespec time = {wait / 1000000, wait % 1000000 * 1000};
  nanosleep(&time, NULL);
  return ((sync_call)dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return slower("fsync", file); }
int fdatasync(int file) { return slower("fdatasync", file); }
