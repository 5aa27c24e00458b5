// The sink a plan asks for, opened by each process for itself, before its jail.
#pragma once

#include <memory>

#include "config/serve_plan.hpp"
#include "log/sink.hpp"

namespace app {

// What cannot be opened falls back to standard error.
[[nodiscard]] std::unique_ptr<log::Sink> make_sink(const config::ServePlan& plan);

}  // namespace app
