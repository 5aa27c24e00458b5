// Memory that this process and all its children share.
#pragma once

#include <cstddef>

#include "base/result.hpp"

namespace os {

// Zeroed; it lives as long as the process. Pages cost memory only when they are used.
[[nodiscard]] base::Result<void*> make_shared_memory(std::size_t size);

}  // namespace os
