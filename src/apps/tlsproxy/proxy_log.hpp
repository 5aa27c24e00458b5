// Where this program's lines go: to postlogd(8) where main.cf names a log file, else to syslog, under the name that
// readers of Postfix's log look for. Each process opens it for itself, before its jail.
#pragma once

#include <memory>
#include <string>

#include "apps/tlsproxy/process_settings.hpp"
#include "log/sink.hpp"

namespace app {

struct ProxyLog {
  std::string program;          // "postfix/tlsproxy"
  std::string postlog_service;  // the path of postlogd's socket; empty: syslog
  std::string host;
  int facility = log::mail_facility;
  bool to_stderr = false;  // -V: as well
};

[[nodiscard]] ProxyLog log_before_main_cf(const ChildEnvironment& environment, bool to_stderr);
[[nodiscard]] ProxyLog log_of(const ProcessSettings& settings, bool to_stderr);

// What cannot be opened falls back to the system's log, and that to standard error.
[[nodiscard]] std::unique_ptr<log::Sink> open_log(const ProxyLog& log);

}  // namespace app
