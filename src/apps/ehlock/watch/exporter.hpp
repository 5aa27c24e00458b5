// The exporter: the jailed process that answers monitoring systems: /metrics, /healthz, /readyz. It holds the shared
// counts, which it can only read, and its own listener: no key, no client, no file.
#pragma once

#include <vector>

#include "apps/ehlock/watch/metrics_text.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"

namespace app {

struct ExporterSpec {
  std::vector<os::UniqueFd> listeners;
  os::UniqueFd control;  // to the supervisor: its first word is Started; the end of file ends this process
  Watched watched;
  os::JailSpec jail;
};

// Until the supervisor ends it; returns the exit status.
[[nodiscard]] int run_exporter(ExporterSpec spec);

}  // namespace app
