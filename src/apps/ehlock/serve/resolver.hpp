// The resolver: the process that finds the names of clients, outside the jail and without any privilege. Each lookup is
// a child of its own that ends with its answer, or by its time limit: a slow name server holds up nobody else.
#pragma once

#include <chrono>
#include <vector>

#include "log/sink.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"

namespace app {

struct ResolverSpec {
  std::chrono::seconds limit{5};     // for one lookup
  os::UniqueFd supervisor;           // its end of file ends the resolver
  std::vector<os::UniqueFd> askers;  // one for each worker
  log::Sink* sink = nullptr;
  os::JailSpec jail;
};

// Until the supervisor's end of file; returns the exit status.
[[nodiscard]] int run_resolver(ResolverSpec spec);

}  // namespace app
