// The certificates of a PEM file, without what else is in it: a combined file holds the private key too, which must not
// reach the memory of any process but the key process.
#pragma once

#include <string>

#include "base/result.hpp"

namespace app {

// Reads `path` (at most 1 MiB), keeps its CERTIFICATE blocks and wipes the rest. An error when there is none.
[[nodiscard]] base::Result<std::string> read_certificates(const std::string& path);

}  // namespace app
