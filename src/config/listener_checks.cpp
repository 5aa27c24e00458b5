#include "config/listener_checks.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/serve_plan.hpp"

namespace config {
namespace {

bool is_ipv6(const std::string& host) {
  return host.find(':') != std::string::npos;
}

bool is_ipv4(const std::string& host) {
  return host.find_first_not_of("0123456789.") == std::string::npos;
}

bool is_loopback(const std::string& host) {
  return base::iequals(host, "localhost") || host == "::1" || (host.starts_with("127.") && is_ipv4(host));
}

// Whether `wide` is all addresses of a family `host` belongs to. A name may be of either.
bool includes(const std::string& wide, const std::string& host) {
  if (wide.empty()) return true;
  if (wide == "0.0.0.0") return !is_ipv6(host);
  return wide == "::" && !is_ipv4(host);
}

}  // namespace

bool overlap(const os::Endpoint& a, const os::Endpoint& b) {
  if (a.is_unix() || b.is_unix()) return a.path == b.path;
  if (a.port != b.port || a.port == 0) return false;
  return base::iequals(a.host, b.host) || includes(a.host, b.host) || includes(b.host, a.host);
}

bool takes_hand_overs(const ServePlan& plan) {
  return std::any_of(plan.listeners.begin(), plan.listeners.end(),
                     [](const Listener& each) { return each.door == Door::handoff; });
}

bool takes_clients(const ServePlan& plan) {
  return std::any_of(plan.listeners.begin(), plan.listeners.end(),
                     [](const Listener& each) { return each.door != Door::handoff; });
}

bool covers(const os::Endpoint& wide, const os::Endpoint& endpoint) {
  if (wide.is_unix() || endpoint.is_unix()) return wide.path == endpoint.path;
  return wide.port == endpoint.port && (base::iequals(wide.host, endpoint.host) || includes(wide.host, endpoint.host));
}

bool reaches(const os::Endpoint& destination, const os::Endpoint& listener) {
  if (destination.is_unix() || listener.is_unix()) return destination.path == listener.path;
  if (destination.port != listener.port) return false;
  if (base::iequals(destination.host, listener.host)) return true;
  if (!is_loopback(destination.host)) return false;
  return includes(listener.host, destination.host) ||
         (base::iequals(destination.host, "localhost") && is_loopback(listener.host));
}

}  // namespace config
