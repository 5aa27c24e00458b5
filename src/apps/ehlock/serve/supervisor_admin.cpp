// What the operator asks the supervisor for on the admin socket.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/supervisor_class.hpp"
#include "base/text.hpp"

namespace app {

// Not worth the service: what does not work is told.
void Supervisor::open_admin() {
  const config::ServePlan& plan = current_->prepared().plan;
  if (plan.admin.empty()) return admin_.close();
  const auto opened = admin_.open(plan.admin, plan.admin_group);
  if (!opened) say(log::Severity::error, "admin socket: " + opened.error().text);
}

std::string Supervisor::reload_asked() {
  if (ending_) return "the service is draining";
  reload("admin socket");
  return last_reload_;
}

std::vector<session::Listed> Supervisor::sessions() const {
  std::vector<session::Listed> all = current_->sessions();
  for (const auto& generation : former_) {
    for (auto& one : generation->sessions()) all.push_back(std::move(one));
  }
  return all;
}

bool Supervisor::kill_session(const std::string& id) {
  const auto all = sessions();
  const bool known = std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.session == id; });
  if (!known) return false;
  say(log::Severity::info, fmt::format("session {} is ended by the operator", base::escaped(id)));
  current_->kill_session(id);
  for (const auto& generation : former_) generation->kill_session(id);
  return true;
}

AdminDeeds Supervisor::deeds() {
  const auto report = [this] {
    const Prepared& prepared = current_->prepared();
    Report all = report_of(prepared, {&board_, watched_certificates(prepared)});
    all.facts["last_reload"] = last_reload_.empty() ? "" : "failed: " + last_reload_;
    return all;
  };
  return {report,
          [this] { return sessions(); },
          [this] { return reload_asked(); },
          [this] {
            if (!ending_) drain();
          },
          [this](const std::string& id) { return kill_session(id); },
          [this](const Trace& trace) {
            say(log::Severity::info, fmt::format("trace of {} for {} s", base::escaped(trace.network), trace.seconds));
            current_->trace(trace);
          }};
}

}  // namespace app
