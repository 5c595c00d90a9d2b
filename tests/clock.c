/* Shifts the time of day of a process by as many seconds as stand in a file, as a double, and with
   TEST_CLOCK_PASSES the time since the machine was started, too, as if it had passed; else the time
   of day was only set. The monotonic clock goes on, so waits are as always. libfaketime 0.9.10 cannot be used: an absolute
   sleep on the monotonic clock, which is how CPython 3.11 sleeps, fails under it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile double *shift;
static int passes;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("TEST_CLOCK_FILE");
  int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *page = mmap(NULL, sizeof(double), PROT_READ, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) shift = page;
  close(file);
  passes = getenv("TEST_CLOCK_PASSES") != NULL;
}

int clock_gettime(clockid_t clock, struct timespec *found) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int outcome = real(clock, found);
  int shifted = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  shifted |= clock == CLOCK_BOOTTIME && passes;
  if (outcome == 0 && shift && shifted)
    found->tv_sec += (time_t)*shift;
  return outcome;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
  found->tv_sec = now.tv_sec;
  found->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *found) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (found) *found = now.tv_sec;
  return now.tv_sec;
}
