// Limits of this process that its children inherit.
#pragma once

#include <cstdint>

namespace os {

// Raises soft and hard limit of open descriptors to at least `wanted`, as far as the kernel and our rights allow.
void raise_descriptor_limit(std::uint64_t wanted);

}  // namespace os
