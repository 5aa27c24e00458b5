// `ehlock sink`: an SMTP server that takes every message and keeps it as a file: a backend to try things with.
#pragma once

#include "config/commands.hpp"

namespace app {

// Until SIGTERM or SIGINT; returns the exit status.
[[nodiscard]] int sink(const config::SinkOptions& options);

}  // namespace app
