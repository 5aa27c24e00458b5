#include "config/tls_rules.hpp"

#include <algorithm>

namespace config {
namespace {

bool has(const std::vector<std::size_t>& listeners, std::size_t listener) {
  return listeners.empty() || std::find(listeners.begin(), listeners.end(), listener) != listeners.end();
}

bool holds(const TlsRule& rule, const os::SocketAddress& client, std::size_t listener) {
  return has(rule.listeners, listener) && (rule.networks.empty() || os::any_contains(rule.networks, client));
}

bool has_network(const os::Networks& networks, const os::Network& inner) {
  return std::any_of(networks.begin(), networks.end(), [&](const os::Network& each) { return each.contains(inner); });
}

}  // namespace

std::size_t tls_policy_for(const std::vector<TlsRule>& rules, const os::SocketAddress& client, std::size_t listener) {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const TlsRule& rule) { return holds(rule, client, listener); });
  return found == rules.end() ? 0 : found->policy;
}

bool hides(const TlsRule& first, const TlsRule& second) {
  const bool listeners =
      first.listeners.empty() ||
      (!second.listeners.empty() && std::all_of(second.listeners.begin(), second.listeners.end(),
                                                [&](std::size_t each) { return has(first.listeners, each); }));
  const bool networks = first.networks.empty() ||
                        (!second.networks.empty() &&
                         std::all_of(second.networks.begin(), second.networks.end(),
                                     [&](const os::Network& each) { return has_network(first.networks, each); }));
  return listeners && networks;
}

}  // namespace config
