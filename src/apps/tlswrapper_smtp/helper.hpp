// tlswrapper-smtp as a function: tlswrapper can be it without starting another program.
#pragma once

#include <string>
#include <vector>

namespace app {

// With the descriptors and the environment the program would be started with; the words behind its name. The exit
// status; may also end the process itself.
[[nodiscard]] int run_smtp_helper(const std::vector<std::string>& words);

}  // namespace app
