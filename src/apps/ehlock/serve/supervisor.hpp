// The supervisor: starts as root, opens files and listeners, starts generations, hears signals. It reads no network
// byte and holds no private key.
#pragma once

#include <string>
#include <vector>

#include "config/commands.hpp"

namespace app {

// `ehlock serve ARGUMENTS`, until it is told to stop. Returns the exit status (sysexits: 78 for a configuration that
// cannot be used at start, 75 for what may be better later).
[[nodiscard]] int serve(const std::vector<std::string>& arguments);

// `ehlock check ARGUMENTS`: reads all that serve would read, prints the configuration in force; starts nothing that
// stays. With --probe the backend is asked too: 69 when it cannot be used.
[[nodiscard]] int check(const config::CheckCommand& command);

}  // namespace app
