// Starting the processes of a generation, and hearing from each that it is ready.

#include <sys/socket.h>

#include <unistd.h>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/admin_commands.hpp"
#include "apps/ehlock/serve/generation.hpp"
#include "apps/ehlock/serve/key_check.hpp"
#include "apps/ehlock/serve/launcher.hpp"
#include "apps/ehlock/serve/resolver.hpp"
#include "apps/ehlock/serve/sinks.hpp"
#include "apps/ehlock/watch/exporter.hpp"
#include "apps/shared/children.hpp"
#include "base/text.hpp"
#include "os/limits.hpp"
#include "os/packet.hpp"
#include "os/shared_memory.hpp"

namespace app {
namespace {

using std::chrono::steady_clock;

// Of a session: the client, the backend, and one to spare; of one handed over: its message's, and where it came from.
// Of the process: listeners, loop, channels.
constexpr std::uint64_t descriptors_per_session = 3;
constexpr std::uint64_t descriptors_per_hand_over = 9;
constexpr std::uint64_t descriptors_of_a_worker = 256;
constexpr std::uint64_t descriptors_of_an_exporter = 128;

std::uint64_t descriptors_of_a_session(const config::ServePlan& plan) {
  return config::takes_hand_overs(plan) ? descriptors_per_hand_over : descriptors_per_session;
}

}  // namespace

base::Result<void> Generation::start_all(const std::vector<tls::TicketKey>& ticket_keys) {
  key_processes_.resize(prepared_.chains.empty() ? 0 : prepared_.plan.signers);
  for (std::size_t i = 0; i < key_processes_.size(); ++i) {
    key_processes_[i].name = fmt::format("key process {}", i);
    const auto started = start_key_process(key_processes_[i]);
    if (!started) return started;
  }
  for (auto& child : key_processes_) {
    const auto loaded = keys_fit(prepared_, child.control, child.name);
    if (!loaded) return loaded;
  }
  if (needs_launcher()) {
    const auto started = start_launcher();
    if (!started) return started;
  }
  if (needs_resolver()) {
    const auto started = start_resolver();
    if (!started) return started;
  }
  for (auto& slot : slots_) {
    const auto started = start_worker(slot, ticket_keys);
    if (!started) return started;
  }
  for (auto& slot : slots_) {
    const auto ready = await_worker(slot);
    if (!ready) return ready;
  }
  if (!prepared_.plan.metrics) return {};
  return start_exporter().and_then([&] { return await_exporter(); });
}

base::Result<void> Generation::start_key_process(Child& child) {
  std::vector<int> askers;
  askers.reserve(slots_.size());
  for (const auto& slot : slots_) askers.push_back(slot.keys.second.get());
  auto made = start_keys(prepared_, std::move(askers));
  if (!made) return tl::unexpected(made.error());
  child.pid = made->pid;
  child.started = steady_clock::now();
  child.control = std::move(made->report);
  return {};
}

base::Result<void> Generation::start_launcher() {
  auto control = os::make_socket_pair(SOCK_SEQPACKET);
  if (!control) return tl::unexpected(control.error());
  const auto role = [&] {
    LauncherSpec spec;
    std::vector<int> mine{control->second.get()};
    for (const auto& slot : slots_) {
      mine.push_back(slot.launcher.second.get());
      spec.askers.emplace_back(slot.launcher.second.get());
    }
    keep_only(std::move(mine));
    const auto sink = make_sink(prepared_.plan);
    spec.sink = sink.get();
    spec.supervisor = std::move(control->second);
    spec.program = prepared_.plan.program;
    if (!prepared_.backend.empty()) spec.socket = prepared_.backend.front();
    if (!prepared_.policy.empty()) spec.policy_socket = prepared_.policy.front();
    if (!prepared_.redis.empty()) spec.reputation_socket = prepared_.redis.front().front();
    spec.user = prepared_.program_user;
    spec.change_user = ::geteuid() == 0 && prepared_.program_user.uid != 0;
    spec.max_programs = prepared_.plan.max_programs;
    spec.jail.role = os::Role::launcher;
    spec.jail.user = prepared_.launcher_user;
    spec.jail.may_fork = true;
    os::name_process("launcher");
    return run_launcher(std::move(spec));
  };
  const auto pid = os::fork_role(role, true);
  if (!pid) return tl::unexpected(pid.error());
  launcher_.name = "launcher";
  launcher_.reads_orders = true;
  launcher_.pid = *pid;
  launcher_.started = steady_clock::now();
  launcher_.control = std::move(control->first);
  return {};
}

base::Result<void> Generation::start_resolver() {
  auto control = os::make_socket_pair(SOCK_SEQPACKET);
  if (!control) return tl::unexpected(control.error());
  const auto role = [&] {
    ResolverSpec spec;
    std::vector<int> mine{control->second.get()};
    for (const auto& slot : slots_) {
      mine.push_back(slot.resolver.second.get());
      spec.askers.emplace_back(slot.resolver.second.get());
    }
    keep_only(std::move(mine));
    const auto sink = make_sink(prepared_.plan);
    spec.sink = sink.get();
    spec.supervisor = std::move(control->second);
    spec.limit = prepared_.plan.limits.names;
    spec.jail.role = os::Role::resolver;
    spec.jail.user = prepared_.resolver_user;
    spec.jail.may_fork = true;
    os::name_process("resolver");
    return run_resolver(std::move(spec));
  };
  const auto pid = os::fork_role(role, true);
  if (!pid) return tl::unexpected(pid.error());
  resolver_.name = "resolver";
  resolver_.reads_orders = true;
  resolver_.pid = *pid;
  resolver_.started = steady_clock::now();
  resolver_.control = std::move(control->first);
  return {};
}

base::Result<void> Generation::start_exporter() {
  exporter_.name = "exporter";
  auto control = os::make_socket_pair(SOCK_SEQPACKET);
  if (!control) return tl::unexpected(control.error());
  auto listeners = around_.listeners.for_worker(metrics_listeners(prepared_.plan), 0);
  if (!listeners) return tl::unexpected(listeners.error());
  const auto role = [&] {
    ExporterSpec spec;
    std::vector<int> mine{control->second.get()};
    for (auto& listener : *listeners) {
      mine.push_back(listener.socket.get());
      spec.listeners.push_back(std::move(listener.socket));
    }
    keep_only(std::move(mine));
    spec.control = std::move(control->second);
    spec.watched = {&around_.board, watched_certificates(prepared_)};
    spec.jail.role = os::Role::exporter;
    spec.jail.root = prepared_.plan.jail;
    spec.jail.user = prepared_.exporter_user;
    spec.jail.max_descriptors = descriptors_of_an_exporter;
    return run_exporter(std::move(spec));
  };
  const auto pid = os::fork_role(role, true);
  if (!pid) return tl::unexpected(pid.error());
  exporter_.pid = *pid;
  exporter_.started = steady_clock::now();
  exporter_.control = std::move(control->first);
  return {};
}

base::Result<void> Generation::await_exporter() const {
  const auto words = first_words(exporter_.control.get(), exporter_.name);
  if (!words) return tl::unexpected(words.error());
  const auto started = decode_started(*words);
  if (started && started->ready) return {};
  return base::fail("{}: {}", exporter_.name, started ? started->text : "babbles");
}

WorkerSpec Generation::worker_spec(const Slot& slot, const std::vector<tls::TicketKey>& ticket_keys) const {
  const config::ServePlan& plan = prepared_.plan;
  WorkerSpec spec;
  spec.number = slot.number;
  for (const auto& chain : prepared_.chains) spec.chains.push_back({chain.pem, chain.facts.public_der, chain.origin});
  for (const auto& key : ticket_keys) spec.ticket_keys.push_back({key.epoch, key.material.copy()});
  spec.tls_policies = prepared_.tls_policies;
  spec.tls_rules = plan.tls_rules;
  spec.dialog = plan.dialog;
  spec.limits = plan.limits;
  spec.identity = plan.identity;
  spec.trace_header = plan.trace_header;
  spec.backend = prepared_.backend;
  // Neither: connections are handed over only.
  if (!plan.program.empty()) spec.backend_name = plan.program.front();
  if (plan.backend) spec.backend_name = plan.backend->text();
  spec.policy = prepared_.policy;
  spec.policy_fail = plan.policy_fail;
  spec.accept_proxy = plan.accept_proxy;
  spec.clients = plan.clients;
  spec.ledger = around_.ledger;
  spec.table = around_.table;
  spec.reputation = {plan.reputation, plan.reputation_fail};
  for (std::size_t i = 0; i < prepared_.redis.size(); ++i) {
    const os::Endpoint& endpoint = plan.redis.servers[i];
    spec.redis.servers.push_back({endpoint.text(), prepared_.redis[i]});
    spec.redis_names.push_back(endpoint.host);
  }
  spec.redis.user = plan.redis.user;
  spec.redis.password = prepared_.redis_password.copy();
  spec.redis.limit = plan.redis.limit;
  spec.redis_ca = prepared_.redis_ca;
  spec.account = slot.account->number();
  spec.board = &around_.board;
  spec.place = slot.worker.place.value_or(0);
  spec.roster = slot.roster;
  spec.jail.role = os::Role::worker;
  spec.jail.root = plan.jail;
  spec.jail.user = prepared_.worker_user;
  spec.jail.max_descriptors =
      plan.clients.counts.connections * descriptors_of_a_session(plan) + descriptors_of_a_worker;
  for (const auto& address : prepared_.backend) spec.jail.connect_ports.push_back(address.port());
  for (const auto& address : prepared_.policy) spec.jail.connect_ports.push_back(address.port());
  for (const auto& server : prepared_.redis) {
    for (const auto& address : server) spec.jail.connect_ports.push_back(address.port());
  }
  if (spec.jail.connect_ports.empty()) spec.jail.connect_ports.push_back(0);  // program backends: nowhere
  return spec;
}

base::Result<void> Generation::start_worker(Slot& slot, const std::vector<tls::TicketKey>& ticket_keys) {
  slot.worker.name = fmt::format("worker {}", slot.number);
  if (!slot.worker.place) slot.worker.place = around_.board.take_place();
  auto roster = os::make_shared<session::Roster>();
  if (!roster) return tl::unexpected(roster.error());
  slot.forget_roster();
  slot.roster = *roster;
  auto control = os::make_socket_pair(SOCK_SEQPACKET);
  if (!control) return tl::unexpected(control.error());
  slot.account = admission::OpenAccount::open(*around_.ledger);
  if (!slot.account)
    return base::fail("{} workers have sessions still, more cannot be counted", admission::most_accounts);
  auto listeners = around_.listeners.for_worker(prepared_.plan.listeners, slot.number);
  if (!listeners) return tl::unexpected(listeners.error());
  const auto role = [&] {
    WorkerSpec spec = worker_spec(slot, ticket_keys);
    std::vector<int> mine{control->second.get(), slot.keys.first.get()};
    for (const auto& listener : *listeners) mine.push_back(listener.socket.get());
    if (slot.launcher.first) mine.push_back(slot.launcher.first.get());
    if (slot.resolver.first) mine.push_back(slot.resolver.first.get());
    keep_only(std::move(mine));
    os::raise_descriptor_limit(spec.jail.max_descriptors);
    const auto sink = make_sink(prepared_.plan);
    spec.sink = sink.get();
    spec.listeners = std::move(*listeners);
    spec.control = std::move(control->second);
    spec.keys = std::move(slot.keys.first);
    spec.launcher = std::move(slot.launcher.first);
    spec.resolver = std::move(slot.resolver.first);
    return run_worker(std::move(spec));
  };
  const auto pid = os::fork_role(role, true);
  if (!pid) return tl::unexpected(pid.error());
  os::keep_from_children(slot.roster, sizeof *slot.roster);
  slot.worker.reads_orders = true;
  slot.worker.pid = *pid;
  slot.worker.started = steady_clock::now();
  slot.worker.control = std::move(control->first);
  return {};
}

base::Result<void> Generation::await_worker(Slot& slot) {
  const auto words = first_words(slot.worker.control.get(), slot.worker.name);
  if (!words) return tl::unexpected(words.error());
  const auto started = decode_started(*words);
  if (!started || !started->ready) return base::fail("{}: {}", slot.worker.name, started ? started->text : "babbles");
  // What the system cannot do is told once, by the first worker of the first start.
  if (slot.number != 0 || started->text.empty() || !first_start_) return {};
  first_start_ = false;
  for (const auto line : base::split(started->text, '\n')) {
    around_.sink->write(log::Severity::warning, fmt::format("warning: jail: left out: {}", line));
  }
  return {};
}

}  // namespace app
