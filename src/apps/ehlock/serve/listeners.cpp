#include "apps/ehlock/serve/listeners.hpp"

#include <algorithm>
#include <utility>

#include "apps/ehlock/serve/arrival.hpp"
#include "base/text.hpp"
#include "config/lent.hpp"
#include "os/socket.hpp"

namespace app {
namespace {

// One socket for the first worker decides the port where 0 was asked for; the others join it.
base::Result<std::vector<os::UniqueFd>> open_group(const os::SocketAddress& address, config::Door door,
                                                   unsigned workers) {
  os::ListenOptions options;
  options.reuse_port = !address.is_unix();
  options.packets = door == config::Door::handoff;
  // Whoever may hand connections over is believed who their clients are.
  if (options.packets) options.unix_mode = 0600;
  std::vector<os::UniqueFd> group;
  auto first = os::listen_on(address, options);
  if (!first) return tl::unexpected(first.error());
  const os::SocketAddress bound = os::local_of(first->get());
  group.push_back(std::move(*first));
  while (options.reuse_port && group.size() < workers) {
    auto next = os::listen_on(bound, options);
    if (!next) return tl::unexpected(next.error());
    group.push_back(std::move(*next));
  }
  return group;
}

os::Endpoint endpoint_of(const os::SocketAddress& address) {
  if (!address.is_unix()) return {address.host(), address.port(), {}};
  constexpr std::string_view unix_prefix = "unix:";
  return {{}, 0, address.text().substr(unix_prefix.size())};
}

}  // namespace

base::Result<std::vector<config::Listener>> Listeners::adopt(std::vector<os::PassedSocket> passed) {
  std::vector<config::Listener> adopted;
  for (auto& socket : passed) {
    if (!os::is_listening_stream(socket.fd.get())) {
      return base::fail(
          "the service manager passed \"{}\", which is no listening stream socket (Accept=yes is not for us)",
          base::escaped(socket.name));
    }
    const auto endpoint = endpoint_of(os::local_of(socket.fd.get()));
    adopted.push_back({endpoint, config::door_of_passed(socket.name, endpoint)});
    ports_.insert(endpoint.port);
    open_[endpoint.text()].emplace_back().push_back(std::move(socket.fd));
  }
  return adopted;
}

base::Result<std::vector<Listeners::Sockets>> Listeners::open_endpoint(const config::Listener& listener,
                                                                       unsigned workers) {
  const auto addresses = os::resolve(listener.endpoint, true);
  if (!addresses) return tl::unexpected(addresses.error());
  std::vector<Sockets> all;
  for (const auto& address : *addresses) {
    const bool may_be_anothers = !address.is_unix() && !ports_.contains(address.port());
    if (const auto unused = may_be_anothers ? os::check_unused(address) : base::Result<void>(); !unused) {
      return tl::unexpected(unused.error());
    }
    auto group = open_group(address, listener.door, workers);
    if (!group) return tl::unexpected(group.error());
    all.push_back(std::move(*group));
  }
  ports_.insert(listener.endpoint.port);
  return all;
}

base::Result<void> Listeners::open(const std::vector<config::Listener>& wanted, unsigned workers) {
  std::map<std::string, std::vector<Sockets>> fresh;
  for (const auto& listener : wanted) {
    const std::string name = listener.endpoint.text();
    if (open_.contains(name) || fresh.contains(name)) continue;
    auto sockets = open_endpoint(listener, workers);
    if (!sockets) return tl::unexpected(sockets.error());
    fresh.emplace(name, std::move(*sockets));
  }
  open_.merge(fresh);
  return {};
}

void Listeners::keep_only(const std::vector<config::Listener>& wanted) {
  std::erase_if(open_, [&](const auto& entry) {
    return std::none_of(wanted.begin(), wanted.end(),
                        [&](const auto& listener) { return listener.endpoint.text() == entry.first; });
  });
}

base::Result<std::vector<WorkerListener>> Listeners::for_worker(const std::vector<config::Listener>& wanted,
                                                                unsigned number) const {
  std::vector<WorkerListener> result;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (const auto& group : open_.at(wanted[i].endpoint.text())) {
      auto copy = os::duplicate(group[number % group.size()].get());
      if (!copy) return tl::unexpected(copy.error());
      result.push_back({std::move(*copy), wanted[i].door, i, wanted[i].endpoint.text()});
    }
  }
  return result;
}

std::vector<std::string> Listeners::texts(const std::vector<config::Listener>& wanted) const {
  std::vector<std::string> result;
  for (const auto& listener : wanted) {
    for (const auto& group : open_.at(listener.endpoint.text())) {
      result.push_back(fmt::format("{} ({})", os::local_of(group.front().get()).text(), text_of(listener.door)));
    }
  }
  return result;
}

std::vector<config::Listener> metrics_listeners(const config::ServePlan& plan) {
  if (!plan.metrics) return {};
  return {{*plan.metrics, config::Door::starttls}};
}

}  // namespace app
