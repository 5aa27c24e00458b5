// What the exporter says: the board in Prometheus' text form, and whether the service is ready. Reads what workers
// wrote and believes none of it: names are escaped, lists are bounded.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "session/board.hpp"

namespace app {

struct WatchedCertificate {
  std::string name;  // the first of its names
  std::string serial;
  std::chrono::system_clock::time_point not_after;
};

// What a process that watches knows, all of it read-only.
struct Watched {
  const session::Board* board = nullptr;
  std::vector<WatchedCertificate> certificates;
};

// A metric that is kept as tallies: its name there, its name for Prometheus, its labels.
struct Family {
  const char* tally;
  const char* name;
  const char* help;
  std::vector<const char*> labels;
};
[[nodiscard]] const std::vector<Family>& families();

// Prometheus' text format, version 0.0.4.
[[nodiscard]] std::string metrics_text(const Watched& watched);

// Why the service cannot take mail now; empty: it can. Told are draining, no worker, only certificates that have
// expired, and a backend that could not be reached a moment ago.
[[nodiscard]] std::string unready_because(const Watched& watched);

// "name="value",..." with the value as Prometheus wants it: \, " and newline escaped.
[[nodiscard]] std::string label(std::string_view name, std::string_view value);

}  // namespace app
