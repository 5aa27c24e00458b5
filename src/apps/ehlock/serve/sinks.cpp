#include "apps/ehlock/serve/sinks.hpp"

#include <utility>

#include "log/json_sink.hpp"

namespace app {

std::unique_ptr<log::Sink> make_sink(const config::ServePlan& plan) {
  if (plan.log == config::LogTarget::syslog) {
    auto sink = log::syslog_sink("ehlock");
    if (sink) return std::move(*sink);
  }
  return plan.log_format == config::LogFormat::json ? log::json_sink("ehlock") : log::stderr_sink("ehlock");
}

}  // namespace app
