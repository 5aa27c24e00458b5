// Whether the program to be started is the tlswrapper-smtp of the same build: then no other program needs to be
// started.
#pragma once

#include <string>

namespace app {

// `name` as for exec, searched in PATH without a slash. Only the file beside this program's own is ours.
[[nodiscard]] bool is_own_smtp_helper(const std::string& name);

}  // namespace app
