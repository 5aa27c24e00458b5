// The next generation of processes: everything read again and started beside what runs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/ehlock/serve/generation.hpp"
#include "apps/ehlock/serve/listeners.hpp"
#include "config/load.hpp"

namespace app {

struct NotStarted {
  std::string text;
  int status;  // for our exit: EX_TEMPFAIL when it may pass by itself, else EX_CONFIG
};

// Sockets that are not open yet are opened; on failure nothing else has changed.
[[nodiscard]] tl::expected<std::unique_ptr<Generation>, NotStarted> next_generation(
    const std::vector<std::string>& arguments, const config::Environment& environment, Listeners& listeners,
    const Surroundings& around, const std::function<std::vector<tls::TicketKey>(const Prepared&)>& ticket_keys);

// Files whose change is a reason to reload.
[[nodiscard]] std::vector<std::string> files_of(const Prepared& prepared);

// Of clients and of the exporter.
[[nodiscard]] std::vector<config::Listener> all_listeners(const config::ServePlan& plan);

}  // namespace app
