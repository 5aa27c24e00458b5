// The commands that speak to a running service over its admin socket: status, top, sessions, kill, reload, drain.
#pragma once

#include "config/commands.hpp"

namespace app {

// Returns the exit status: of status 0, 1, 2 as in report.hpp and 3 when nobody answers; of the others 0, 1 when the
// service refused, 69 (EX_UNAVAILABLE) when nobody answers.
[[nodiscard]] int administer(const config::AdminCommand& command);

}  // namespace app
