// Limits of this process that its children inherit.
#pragma once

#include <cstdint>

namespace os {

// Raises soft and hard limit of open descriptors to at least `wanted`, as far as the kernel and our rights allow.
void raise_descriptor_limit(std::uint64_t wanted);

// How many descriptors this process may have open (soft limit).
[[nodiscard]] std::uint64_t descriptor_limit();

// No memory of this process goes into a core file; run by root, it cannot be looked into by others either. Children
// inherit it.
void leave_no_core();

}  // namespace os
