// Memory that this process and all its children share.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "base/result.hpp"

namespace os {

// Zeroed; it lives as long as a process has it. Pages cost memory only when they are used.
[[nodiscard]] base::Result<void*> make_shared_memory(std::size_t size);

// From now on this process can only read them.
[[nodiscard]] base::Result<void> make_read_only(const void* pages, std::size_t size);

// Processes forked from now on do not have them.
void keep_from_children(void* pages, std::size_t size);

// Gives them back; other processes keep theirs.
void give_back(void* pages, std::size_t size);

// A T in such memory.
template <typename T>
[[nodiscard]] base::Result<T*> make_shared() {
  static_assert(std::is_trivially_destructible_v<T>);
  const auto pages = make_shared_memory(sizeof(T));
  if (!pages) return tl::unexpected(pages.error());
  return std::construct_at(static_cast<T*>(*pages));
}

}  // namespace os
