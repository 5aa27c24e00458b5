// The command line master(8) gives its children, read into values. Promises the letters and the words for what is
// wrong that operators know from Postfix's own daemons.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace app {

struct ChildOptions {
  std::string service;                         // -n, else the program's name
  std::vector<std::string> overrides;          // "name=value" of -o, -m and -i, in their order
  std::optional<std::chrono::seconds> retire;  // -r
  int verbosity = 0;                           // -v
  bool logs_to_stderr = false;                 // -V
  bool one_session = false;                    // -S: on standard input, instead of those master passes
  bool wants_debugger = false;                 // -D
};

// `program`: the last part of argv[0]. Accepts cdDi:lm:n:o:r:s:St:uvVz. Refuses what Postfix's tlsproxy refuses: a
// transport that is none or missing, a process limit other than 0, more than one socket, words without a letter.
[[nodiscard]] base::Result<ChildOptions> read_child_options(const std::vector<std::string>& words,
                                                            std::string_view program);

}  // namespace app
