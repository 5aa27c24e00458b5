#include "os/shared_memory.hpp"

#include <sys/mman.h>

#include <cerrno>

namespace os {

base::Result<void*> make_shared_memory(std::size_t size) {
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return base::fail_errno("shared memory", errno);
  return pages;
}

base::Result<void> make_read_only(const void* pages, std::size_t size) {
  if (::mprotect(const_cast<void*>(pages), size, PROT_READ) != 0) return base::fail_errno("mprotect", errno);
  return {};
}

void keep_from_children(void* pages, std::size_t size) {
  ::madvise(pages, size, MADV_DONTFORK);
}

void give_back(void* pages, std::size_t size) {
  ::munmap(pages, size);
}

}  // namespace os
