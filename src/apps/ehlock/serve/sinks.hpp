// The sink a plan asks for, opened by each process for itself, before its jail; and how a log file opened anew replaces
// it.
#pragma once

#include <memory>
#include <string>

#include "config/serve_plan.hpp"
#include "log/sink.hpp"

namespace app {

// Lines on standard error; where that is systemd's journal, the journal with the facts of each event.
[[nodiscard]] std::unique_ptr<log::Sink> first_sink(const std::string& name);

// What cannot be opened falls back to standard error.
[[nodiscard]] std::unique_ptr<log::Sink> make_sink(const config::ServePlan& plan);

// For processes that are told nothing else: reads one message of the supervisor, and turns the sink to the file that
// comes with it. False: the supervisor is gone, or not itself.
[[nodiscard]] bool take_new_log(int supervisor, log::Sink& sink);

}  // namespace app
