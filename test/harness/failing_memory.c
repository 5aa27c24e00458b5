// Preloaded: allocations of one process fail, from the `first` on that it makes and as `many` as the test asks for. The test
// says so in a page of memory that it shares with all processes of the program; there they also count.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct Order {
  volatile long pid, first, many, count;
};

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

static struct Order* order;
static long self;  // asked for before the jail, which may forbid the question

static void learn_self(void) { self = getpid(); }

__attribute__((constructor)) static void begin(void) {
  int fd = open(getenv("TEST_MEMORY"), O_RDWR | O_CLOEXEC);
  void* page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  learn_self();
  pthread_atfork(0, 0, learn_self);
  if (page != MAP_FAILED) order = page;
}

static int fails(void) {
  if (!order || order->pid != self) return 0;
  long now = ++order->count;
  if (now < order->first || now - order->first >= order->many) return 0;
  errno = ENOMEM;
  return 1;
}

void* malloc(size_t size) { return fails() ? 0 : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return fails() ? 0 : __libc_calloc(count, size); }
void* realloc(void* old, size_t size) { return fails() ? 0 : __libc_realloc(old, size); }
void* memalign(size_t to, size_t size) { return fails() ? 0 : __libc_memalign(to, size); }
void* aligned_alloc(size_t to, size_t size) { return memalign(to, size); }
int posix_memalign(void** place, size_t to, size_t size) { return (*place = memalign(to, size)) ? 0 : ENOMEM; }
