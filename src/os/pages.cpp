#include "os/pages.hpp"

#include <sys/mman.h>

namespace os {

void* reserve_pages(std::size_t size) {
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  ::madvise(pages, size, MADV_NOHUGEPAGE);
  return pages;
}

void drop_pages(void* pages, std::size_t size) {
  ::madvise(pages, size, MADV_DONTNEED);
}

}  // namespace os
