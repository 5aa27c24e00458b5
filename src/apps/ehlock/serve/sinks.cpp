#include "apps/ehlock/serve/sinks.hpp"

#include <utility>

#include "apps/ehlock/serve/control_wire.hpp"
#include "log/program_sinks.hpp"
#include "os/init_system.hpp"
#include "os/packet.hpp"

namespace app {
namespace {

using config::LogFormat;
using config::LogKind;

std::unique_ptr<log::Sink> sink_to(const config::ServePlan& plan, os::UniqueFd file) {
  if (plan.log_format == LogFormat::json) return log::json_sink(plan.log_name, std::move(file));
  return file ? log::file_sink(plan.log_name, std::move(file)) : first_sink(plan.log_name);
}

base::Result<std::unique_ptr<log::Sink>> try_sink(const config::ServePlan& plan) {
  switch (plan.log.kind) {
    case LogKind::syslog:
      return log::syslog_sink(plan.log_name);
    case LogKind::journald:
      return log::journald_sink(plan.log_name);
    case LogKind::file: {
      auto file = log::open_log_file(plan.log.file);
      if (!file) return tl::unexpected(file.error());
      return sink_to(plan, std::move(*file));
    }
    case LogKind::standard_error:
      break;
  }
  return sink_to(plan, {});
}

}  // namespace

std::unique_ptr<log::Sink> first_sink(const std::string& name) {
  if (os::stderr_is_journal()) {
    auto journal = log::journald_sink(name);
    if (journal) return std::move(*journal);
  }
  return log::stderr_sink(name);
}

std::unique_ptr<log::Sink> make_sink(const config::ServePlan& plan) {
  auto sink = try_sink(plan);
  if (sink) return std::move(*sink);
  auto instead = sink_to(plan, {});
  instead->write(log::Severity::error, sink.error().text + "; the log goes to standard error");
  return instead;
}

bool take_new_log(int supervisor, log::Sink& sink) {
  auto packet = os::receive_packet(supervisor);
  if (!packet || !*packet || (*packet)->bytes.empty() || (*packet)->fds.size() != 1) return false;
  const auto order = decode_order((*packet)->bytes);
  if (!order || !std::holds_alternative<NewLog>(*order)) return false;
  sink.turn_to(std::move((*packet)->fds.front()));
  return true;
}

}  // namespace app
