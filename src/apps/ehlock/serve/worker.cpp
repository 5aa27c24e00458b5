#include "apps/ehlock/serve/worker.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/client_session.hpp"
#include "apps/ehlock/serve/control_wire.hpp"
#include "apps/ehlock/serve/handed_over.hpp"
#include "apps/ehlock/serve/service.hpp"
#include "net/spawn.hpp"
#include "os/limits.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"

namespace app {
namespace {

// Clients taken in one turn before those that are there get theirs (threat 26: a flood starves nobody).
constexpr int clients_in_a_row = 16;

std::uint64_t random_number() {
  std::uint64_t number = 0;
  (void)!::getrandom(&number, sizeof number, 0);
  return number >> 1;  // room to count up
}

base::Result<std::vector<tls::Context>> make_contexts(const WorkerSpec& spec,
                                                      const std::shared_ptr<const tls::TicketRing>& tickets) {
  const auto identities = identities_of(spec.chains);
  if (!identities) return tl::unexpected(identities.error());
  std::vector<tls::Context> contexts;
  for (const config::TlsPolicy& policy : spec.tls_policies) {
    auto context = tls::Context::server(policy.tls, *identities, tickets);
    if (!context && policy.name.empty()) return tl::unexpected(context.error());
    if (!context) return base::fail("tls_policy.{}: {}", policy.name, context.error().text);
    contexts.push_back(std::move(*context));
  }
  return contexts;
}

// Before the jail, like all contexts.
base::Result<void> prepare_redis_tls(WorkerSpec& spec) {
  if (spec.redis_ca.empty()) return {};
  for (std::size_t i = 0; i < spec.redis.servers.size(); ++i) {
    tls::ClientSettings settings;
    settings.server_name = spec.redis_names[i];
    settings.ca = spec.redis_ca;
    auto context = tls::Context::client(settings);
    if (!context) return base::fail("reputation.redis_ca: {}", context.error().text);
    spec.redis.servers[i].tls = std::move(*context);
  }
  return {};
}

// At most: one that was handed over has the client's, its program's and, in clear, those by which that begins TLS.
std::uint64_t descriptors_of_a_session(const WorkerSpec& spec) {
  constexpr std::uint64_t handed_over = 8;
  const bool takes = std::any_of(spec.listeners.begin(), spec.listeners.end(),
                                 [](const WorkerListener& each) { return each.door == config::Door::handoff; });
  if (takes) return handed_over;
  return spec.policy.empty() ? 2 : 3;
}

// As many sessions as can have all their descriptors: who comes beyond is told 421, instead of waiting unheard.
std::size_t most_sessions(const WorkerSpec& spec) {
  constexpr std::uint64_t of_the_process = 24;
  const std::uint64_t of_a_session = descriptors_of_a_session(spec);
  const std::uint64_t limit = os::descriptor_limit();
  const std::uint64_t taken = of_the_process + spec.listeners.size();
  return limit > taken + of_a_session ? (limit - taken) / of_a_session : 1;
}

net::Task<void> accept_clients(Service& service, net::Listener& listener, const WorkerListener& entrance) {
  const auto warn = [sink = service.spec.sink](std::string_view text) {
    sink->write(log::Severity::error, fmt::format("a session failed: {}", text));
  };
  int in_a_row = 0;
  for (;;) {
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    if (entrance.door == config::Door::handoff) {
      net::spawn(service.loop, serve_handed_over(service, std::move(*accepted), entrance), warn);
    } else {
      net::spawn(service.loop, serve_client(service, std::move(*accepted), entrance), warn);
    }
    if (++in_a_row < clients_in_a_row) continue;
    in_a_row = 0;
    co_await service.loop.sleep_until(net::Clock::now());
  }
}

void stop_accepting(Service& service, std::vector<std::unique_ptr<net::Listener>>& listeners) {
  service.accepting = false;
  for (auto& listener : listeners) listener->stop();
  if (service.active == 0) service.loop.stop();
}

struct Orders {
  Service& service;
  std::vector<std::unique_ptr<net::Listener>>& listeners;
  std::shared_ptr<tls::TicketRing> tickets;
};

// False: the message makes no sense, which ends this process (design.md §2).
bool obey(Orders& with, os::Packet packet) {
  auto order = decode_order(packet.bytes);
  if (!order) return false;
  if (std::holds_alternative<NewLog>(*order)) {
    if (packet.fds.size() != 1) return false;
    with.service.spec.sink->turn_to(std::move(packet.fds.front()));
    return true;
  }
  if (auto* fresh = std::get_if<NewTicketKeys>(&*order)) {
    with.tickets->replace(std::move(fresh->keys));
    return true;
  }
  if (const auto* kill = std::get_if<Kill>(&*order)) {
    const auto found = with.service.clients.find(kill->session);
    if (found != with.service.clients.end()) found->second->cut();
    return true;
  }
  if (const auto* trace = std::get_if<Trace>(&*order)) {
    auto network = os::Network::parse(trace->network);
    if (!network) return false;
    with.service.traced = {std::move(*network)};
    with.service.traced_until = net::after(std::chrono::seconds(trace->seconds));
    return true;
  }
  stop_accepting(with.service, with.listeners);
  if (std::holds_alternative<End>(*order)) with.service.drain.begin();
  return true;
}

net::Task<void> follow_orders(Orders with, int control) {
  net::Waiter waiter(with.service.loop, control);
  for (;;) {
    auto packet = os::receive_packet(control);
    const bool understood = packet && (!*packet || (!(*packet)->bytes.empty() && obey(with, std::move(**packet))));
    if (!understood) {
      with.service.loop.stop();  // the supervisor is gone, or not itself
      co_return;
    }
    if (!*packet) (void)co_await waiter.wait(net::Direction::read, net::after(std::chrono::hours(24)));
  }
}

int failed(int control, const std::string& why) {
  (void)os::send_packet(control, encode(Started{false, why}));
  return EXIT_FAILURE;
}

std::string lines_of(const os::JailReport& report) {
  return fmt::format("{}", fmt::join(report.left_out, "\n"));
}

void start_tasks(Service& service, std::vector<std::unique_ptr<net::Listener>>& listeners,
                 std::shared_ptr<tls::TicketRing> tickets) {
  // An order that was lost is not given again, nor is a Redis server's half answer: another worker begins afresh.
  const auto broken = [](std::string_view) { std::abort(); };
  const auto warn = [sink = service.spec.sink](std::string_view text) {
    sink->write(log::Severity::error, fmt::format("a task failed and is begun again: {}", text));
  };
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    const auto accept = [&service, &listener = *listeners[i], &entrance = service.spec.listeners[i]] {
      return accept_clients(service, listener, entrance);
    };
    net::keep(service.loop, accept, warn);
  }
  service.signer.correspondent().start(warn);
  if (service.launcher) service.launcher->correspondent().start(warn);
  if (service.resolver) service.resolver->correspondent().start(warn);
  if (service.redis != nullptr) net::spawn(service.loop, service.redis->keep_connected(), broken);
  net::spawn(service.loop, follow_orders({service, listeners, std::move(tickets)}, service.spec.control.get()), broken);
}

}  // namespace

int run_worker(WorkerSpec spec) {
  os::name_process(fmt::format("worker {}", spec.number));
  (void)std::signal(SIGPIPE, SIG_IGN);
  const auto tickets = std::make_shared<tls::TicketRing>();
  tickets->replace(std::move(spec.ticket_keys));
  auto contexts = make_contexts(spec, tickets);
  if (!contexts) return failed(spec.control.get(), contexts.error().text);
  const auto redis_tls = prepare_redis_tls(spec);
  if (!redis_tls) return failed(spec.control.get(), redis_tls.error().text);

  // Fork, then loop, then jail: the loop needs descriptors that the jail no longer gives.
  Service service(std::move(spec), std::move(*contexts), random_number());
  service.most_active = most_sessions(service.spec);
  (void)os::make_non_blocking(service.spec.control.get());
  std::vector<std::unique_ptr<net::Listener>> listeners;
  for (auto& listener : service.spec.listeners) {
    listeners.push_back(std::make_unique<net::Listener>(service.loop, std::move(listener.socket)));
  }
  start_tasks(service, listeners, tickets);
  const auto jailed = os::enter_jail(service.spec.jail);
  if (!jailed) return failed(service.spec.control.get(), jailed.error().text);
  (void)os::send_packet(service.spec.control.get(), encode(Started{true, lines_of(*jailed)}));
  service.loop.run();
  // Nothing is left to tidy up in a process that ends, and the jail forbids some of what tidying does.
  ::_exit(EXIT_SUCCESS);
}

}  // namespace app
