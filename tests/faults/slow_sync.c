/* A disk that takes its time: what is to be written through is, after a while, and it is noted when
   that began. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int slowly(void) {
  const char *name = getenv("TEST_SYNC_FILE");
  int file = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (file >= 0) {
    if (write(file, "x", 1) < 0) _exit(1);
    close(file);
  }
  usleep(900000);
  return 0;
}

int fdatasync(int file) {
  (void)file;
  return slowly();
}
