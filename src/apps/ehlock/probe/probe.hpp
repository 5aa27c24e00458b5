// `ehlock probe`: a mail server as a client sees it.
#pragma once

#include "config/commands.hpp"

namespace app {

// The exit status is what monitoring expects: 0 fine, 1 warning, 2 critical (no secured session among it), 3 nothing
// could be found out.
[[nodiscard]] int probe(const config::ProbeOptions& options);

}  // namespace app
