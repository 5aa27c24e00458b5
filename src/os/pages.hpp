// Address space of one's own: pages that cost nothing until they are written to, and again after they were dropped.
#pragma once

#include <cstddef>

namespace os {

inline constexpr std::size_t page_size = 4096;

// Zeroed pages, written to one by one (never as huge ones), kept until the process ends; null when there is no address
// space.
[[nodiscard]] void* reserve_pages(std::size_t size);

// Gives their memory back; they read as zeros then. `pages` and `size` are multiples of page_size.
void drop_pages(void* pages, std::size_t size);

}  // namespace os
