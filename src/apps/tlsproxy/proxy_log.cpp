#include "apps/tlsproxy/proxy_log.hpp"

#include <utility>

#include <fmt/format.h>

#include "log/postlog_sink.hpp"

namespace app {
namespace {

// Not the name of the file this program is installed as: log tools search for "postfix/tlsproxy[".
constexpr std::string_view own_name = "tlsproxy";

class BothSinks final : public log::Sink {
 public:
  BothSinks(std::unique_ptr<log::Sink> one, std::unique_ptr<log::Sink> other)
      : one_(std::move(one)), other_(std::move(other)) {}
  void write(log::Severity severity, std::string_view line) override {
    one_->write(severity, line);
    other_->write(severity, line);
  }

 private:
  std::unique_ptr<log::Sink> one_;
  std::unique_ptr<log::Sink> other_;
};

std::string program_of(const std::string& tag) {
  return fmt::format("{}/{}", tag, own_name);
}

std::unique_ptr<log::Sink> open_daemon_log(const ProxyLog& log) {
  if (!log.postlog_service.empty()) {
    auto sink = log::postlog_sink(log.program, log.host, log.postlog_service);
    if (sink) return std::move(*sink);
  }
  auto sink = log::syslog_sink(log.program, "/dev/log", log.facility);
  return sink ? std::move(*sink) : nullptr;
}

}  // namespace

ProxyLog log_before_main_cf(const ChildEnvironment& environment, bool to_stderr) {
  const std::string& host = environment.postlog_host;
  return {program_of(environment.log_tag), environment.postlog_service, host.substr(0, host.find('.')),
          log::mail_facility, to_stderr};
}

ProxyLog log_of(const ProcessSettings& settings, bool to_stderr) {
  return {program_of(settings.log_tag), settings.postlog_service, settings.host, settings.facility, to_stderr};
}

std::unique_ptr<log::Sink> open_log(const ProxyLog& log) {
  auto daemon = open_daemon_log(log);
  if (!daemon) return log::stderr_sink(log.program);
  if (!log.to_stderr) return daemon;
  return std::make_unique<BothSinks>(std::move(daemon), log::stderr_sink(log.program));
}

}  // namespace app
