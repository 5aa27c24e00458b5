// Capabilities of this process (capabilities(7)), by the raw system calls: libcap would be a library for three of them.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace os {

// A set as a bit for each capability: capability_bit(CAP_CHOWN) | ...
[[nodiscard]] constexpr std::uint64_t capability_bit(int capability) {
  return std::uint64_t{1} << capability;
}

// What may be used right now; 0 when the kernel does not tell.
[[nodiscard]] std::uint64_t effective_capabilities();

// Drops the bounding set, so that no exec can bring a capability back. Needs CAP_SETPCAP.
[[nodiscard]] base::Result<void> empty_bounding_set();

// Permitted and effective become what is permitted now and in `kept`; inheritable and ambient become empty.
[[nodiscard]] base::Result<void> keep_only_capabilities(std::uint64_t kept);

}  // namespace os
