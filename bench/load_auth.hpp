// The answer nginx's mail module asks for over HTTP before it connects a client to a backend: always the same backend.
#pragma once

#include "load_options.hpp"

namespace load {

// Listens on options.port, one request a connection, until it is ended by a signal. The exit status if it cannot.
[[nodiscard]] int answer_auth(const Options& options);

}  // namespace load
