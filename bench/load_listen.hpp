// A listening socket on 127.0.0.1, for the helpers that play servers.
#pragma once

#include <cstdint>

namespace load {

// Blocking; -1 when it cannot be had.
[[nodiscard]] int listen_on(std::uint16_t port);

}  // namespace load
