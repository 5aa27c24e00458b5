// What every client says and which replies it wants: made once, read by all sessions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "load_options.hpp"

namespace load {

struct Exchange {
  std::string command;   // with CRLF; empty: only listen
  std::string expected;  // first digits of the reply
  bool text = false;     // the message goes out instead of the command
  bool then_tls = false;
};

// A message's text is `block` (whole lines) sent `blocks` times, then `end`.
struct Script {
  std::vector<Exchange> exchanges;
  std::string block;
  std::size_t blocks = 0;
  std::string end = ".\r\n";
};

[[nodiscard]] Script make_script(const Options& options);

}  // namespace load
