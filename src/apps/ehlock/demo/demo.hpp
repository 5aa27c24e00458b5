// `ehlock run`: the main job with no configuration: a self-signed certificate, a sink as backend, and both doors open.
#pragma once

#include "config/commands.hpp"

namespace app {

// Until SIGINT or SIGTERM, or with `once` until one message went through; returns the exit status.
[[nodiscard]] int run_demo(const config::RunOptions& options);

}  // namespace app
