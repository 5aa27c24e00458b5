#include "config/lent.hpp"

#include <algorithm>
#include <utility>

#include "config/listener_checks.hpp"

namespace config {
namespace {

constexpr std::uint16_t submissions_port = 465;  // RFC 8314 §3.3
constexpr std::string_view variable = "CREDENTIALS_DIRECTORY";
constexpr std::string_view prefix = "$CREDENTIALS_DIRECTORY/";

bool any_overlaps(const std::vector<Listener>& listeners, const os::Endpoint& endpoint) {
  return std::any_of(listeners.begin(), listeners.end(),
                     [&](const Listener& each) { return overlap(each.endpoint, endpoint); });
}

}  // namespace

Door door_of_passed(std::string_view name, const os::Endpoint& endpoint) {
  const bool implicit =
      name == "smtps" || name == "submissions" || name.ends_with("-tls") || endpoint.port == submissions_port;
  return implicit ? Door::implicit : Door::starttls;
}

void use_passed(ServePlan& plan, const std::vector<Listener>& passed) {
  std::vector<Listener> configured = std::exchange(plan.listeners, passed);
  for (Listener& listener : plan.listeners) {
    const auto same = std::find_if(configured.begin(), configured.end(),
                                   [&](const Listener& each) { return overlap(each.endpoint, listener.endpoint); });
    if (same != configured.end()) listener.door = same->door;
  }
  for (Listener& listener : configured) {
    if (!any_overlaps(passed, listener.endpoint)) plan.listeners.push_back(std::move(listener));
  }
}

void name_credentials(Draft& draft, const Environment& environment, Applied& applied) {
  const auto folder = environment.variables.find(std::string(variable));
  const auto expand = [&](const std::string& name, std::string& path) {
    if (!path.starts_with(prefix)) return;
    if (folder == environment.variables.end()) {
      applied.faults.push_back(fmt::format("{}: \"{}\": the service manager gave no credentials ({} is not set)",
                                           applied.current[name].label, base::escaped(path), variable));
      return;
    }
    path = folder->second + "/" + path.substr(prefix.size());
  };
  for (auto& path : draft.chains) expand("cert", path);
  for (auto& path : draft.keys) expand("key", path);
  for (auto& path : draft.plan.ticket_secrets) expand("ticket_secret", path);
  expand("reputation.redis_password", draft.plan.redis.password_file);
  expand("reputation.redis_ca", draft.plan.redis.ca_file);
  expand("tls.client_ca", draft.plan.client_ca_file);
}

}  // namespace config
