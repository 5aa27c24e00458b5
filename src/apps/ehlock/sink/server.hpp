// The sink's loop: clients in, sessions served at once, until a signal says stop.
#pragma once

#include <string>
#include <vector>

#include "apps/ehlock/sink/session.hpp"
#include "apps/ehlock/sink/store.hpp"
#include "os/fd.hpp"

namespace app {

struct SinkSpec {
  os::UniqueFd signals;  // of os::signals_as_descriptor: the first one that comes ends the sink
  std::vector<os::UniqueFd> listeners;
  SinkStore store;
  SinkReport told;
  std::string name = "localhost";
};

// Returns the exit status. Unfinished messages are dropped at the end.
[[nodiscard]] int run_sink(SinkSpec spec);

// "sink: message 3 from <a@b> to 2 recipients, 1234 octets: DIR/3.eml"
[[nodiscard]] std::string text_of(const SinkReceipt& receipt);

}  // namespace app
