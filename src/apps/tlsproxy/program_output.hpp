// What one of Postfix's own commands prints: asked before the jail, by an absolute path, since master passes no PATH.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace app {

// `arguments`: the command first. It is given ten seconds between two pieces, `limit` octets, the environment given and
// no descriptor of ours but 0 and 2. Fails when it does, and for too much or too slow an answer.
[[nodiscard]] base::Result<std::string> program_output(const std::vector<std::string>& arguments,
                                                       const std::vector<std::string>& environment, std::size_t limit);

}  // namespace app
