// The tables of the small commands: sink, send, probe, run.
#pragma once

#include <vector>

#include "config/commands.hpp"
#include "config/option.hpp"

namespace config {

[[nodiscard]] const std::vector<Option<SinkOptions>>& sink_options();
[[nodiscard]] const std::vector<Option<SendOptions>>& send_options();
[[nodiscard]] const std::vector<Option<ProbeOptions>>& probe_options();
[[nodiscard]] const std::vector<Option<RunOptions>>& run_options();
// Of one of the admin commands.
[[nodiscard]] std::vector<Option<AdminCommand>> admin_options(std::string_view command);

}  // namespace config
