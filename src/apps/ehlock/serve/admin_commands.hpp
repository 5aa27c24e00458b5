// What the admin socket's commands are and what they answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/ehlock/serve/control_wire.hpp"
#include "apps/ehlock/serve/prepared.hpp"
#include "apps/ehlock/watch/metrics_text.hpp"
#include "apps/ehlock/watch/report.hpp"
#include "session/roster.hpp"

namespace app {

// What the supervisor does for them.
struct AdminDeeds {
  std::function<Report()> report;
  std::function<std::vector<session::Listed>()> sessions;
  std::function<std::string()> reload;  // why it failed; empty: it did not
  std::function<void()> drain;
  std::function<bool(const std::string&)> kill;  // whether there was such a session
  std::function<void(const Trace&)> trace;
};

// status, sessions: rows (report.hpp); reload, drain, kill SESSION, trace SECONDS NETWORK: "ok" or "error: why".
[[nodiscard]] std::string answer_of(const AdminDeeds& deeds, const std::string& command);

// What status tells of a configuration and its counts.
[[nodiscard]] Report report_of(const Prepared& prepared, const Watched& watched);

// For the exporter and for status.
[[nodiscard]] std::vector<WatchedCertificate> watched_certificates(const Prepared& prepared);

}  // namespace app
