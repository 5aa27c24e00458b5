#include "os/shared_memory.hpp"

#include <sys/mman.h>

#include <cerrno>

namespace os {

base::Result<void*> make_shared_memory(std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return base::fail_errno("shared memory", errno);
  return memory;
}

}  // namespace os
