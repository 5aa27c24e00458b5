// The compiled-in defaults of the Postfix that is installed, from its own postconf(1): no table here could follow every
// version.
#pragma once

#include <string>

#include "base/result.hpp"

namespace app {

// What `COMMAND -d` prints, "name = value" a line. It is given ten seconds and no descriptor of ours; `command` is
// absolute, since master passes no PATH.
[[nodiscard]] base::Result<std::string> installed_defaults(const std::string& command);

}  // namespace app
