// Inside of the room: a handshake told step by step.
#pragma once

#include "tls/openssl.hpp"

namespace tls {

inline constexpr std::size_t most_trace_lines = 200;  // between two calls of Engine::take_trace()

// OpenSSL's information callback: notes states, alerts and stops in the connection's trace.
void trace_step(const SSL* ssl, int where, int result);

}  // namespace tls
