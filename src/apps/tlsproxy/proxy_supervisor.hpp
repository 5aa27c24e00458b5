// The supervisor: master's direct child. Reads configuration and certificates with the rights it has, starts a crew,
// watches master, its children and the certificate files; reads no byte of a session and holds no private key.
#pragma once

#include <string>
#include <vector>

namespace app {

// From the command line to the end; returns the exit status: 0 when it leaves because master wants it to, or to be
// started afresh; 1 after a `fatal:` line.
[[nodiscard]] int run_child_of_master(const std::vector<std::string>& words, std::string_view program);

}  // namespace app
