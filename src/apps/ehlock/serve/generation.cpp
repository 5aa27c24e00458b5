#include "apps/ehlock/serve/generation.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/key_check.hpp"
#include "base/text.hpp"
#include "os/packet.hpp"
#include "os/shared_memory.hpp"

namespace app {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A process that lived this long was well; one that did not is started again ever later.
constexpr std::chrono::seconds healthy_life{10};
constexpr milliseconds first_delay{50};
constexpr milliseconds longest_delay{5000};

}  // namespace

base::Result<std::unique_ptr<Generation>> Generation::start(Prepared prepared, Surroundings around,
                                                            std::vector<tls::TicketKey> ticket_keys) {
  std::unique_ptr<Generation> generation(new Generation(std::move(prepared), around));
  auto made = generation->make_slots();
  if (made) made = generation->start_all(ticket_keys);
  if (made) return generation;
  return tl::unexpected(made.error());
}

Generation::~Generation() {
  kill();
  for (auto& slot : slots_) {
    give_back_place(slot.worker);
    slot.forget_roster();
  }
}

void Generation::Slot::forget_roster() {
  if (roster != nullptr) os::give_back(roster, sizeof *roster);
  roster = nullptr;
}

void Generation::kill_session(const std::string& id) {
  order(Kill{id});
}

std::vector<session::Listed> Generation::sessions() const {
  std::vector<session::Listed> all;
  for (const auto& slot : slots_) {
    if (slot.roster == nullptr || slot.worker.pid == 0) continue;
    for (auto& one : slot.roster->sessions()) all.push_back(std::move(one));
  }
  return all;
}

// Its sessions went with it.
void Generation::give_back_place(Child& child) const {
  if (!child.place) return;
  around_.board.give_back(*child.place);
  child.place.reset();
}

bool Generation::needs_launcher() const {
  const auto& plan = prepared_.plan;
  const bool unix_backend = plan.backend && plan.backend->is_unix();
  const bool unix_policy = plan.policy && plan.policy->is_unix();
  const bool unix_redis = !plan.redis.servers.empty() && plan.redis.servers.front().is_unix();
  return !plan.program.empty() || unix_backend || unix_policy || unix_redis;
}

base::Result<void> Generation::make_slots() {
  for (unsigned number = 0; number < prepared_.workers; ++number) {
    Slot slot;
    slot.number = number;
    auto keys = os::make_socket_pair(SOCK_SEQPACKET);
    if (!keys) return tl::unexpected(keys.error());
    slot.keys = std::move(*keys);
    if (needs_launcher()) {
      auto launcher = os::make_socket_pair(SOCK_SEQPACKET);
      if (!launcher) return tl::unexpected(launcher.error());
      slot.launcher = std::move(*launcher);
    }
    if (needs_resolver()) {
      auto resolver = os::make_socket_pair(SOCK_SEQPACKET);
      if (!resolver) return tl::unexpected(resolver.error());
      slot.resolver = std::move(*resolver);
    }
    slots_.push_back(std::move(slot));
  }
  return {};
}

std::vector<Generation::Child*> Generation::children() {
  std::vector<Child*> all;
  for (auto& child : key_processes_) all.push_back(&child);
  if (launcher_.pid != 0) all.push_back(&launcher_);
  if (resolver_.pid != 0) all.push_back(&resolver_);
  if (exporter_.pid != 0) all.push_back(&exporter_);
  for (auto& slot : slots_) all.push_back(&slot.worker);
  return all;
}

bool Generation::on_end(const os::Ended& ended) {
  for (Child* child : children()) {
    if (child->pid != ended.pid) continue;
    note_end(*child, ended);
    close_accounts();
    return true;
  }
  return false;
}

// What a worker held when it ended is given back.
void Generation::close_accounts() {
  for (auto& slot : slots_) {
    if (slot.worker.pid == 0) slot.account.reset();
  }
}

void Generation::note_end(Child& child, const os::Ended& ended) {
  child.pid = 0;
  child.control.reset();
  give_back_place(child);
  if (finishing_) return;
  around_.board.tallies.add({"child", base::split(child.name, ' ').front()});
  around_.sink->write(log::Severity::error, fmt::format("{} (process {}) ended: {}", child.name, ended.pid,
                                                        os::text_of_status(ended.status)));
  const bool died_young = steady_clock::now() - child.started < healthy_life;
  restart_delay_ = died_young ? std::clamp(restart_delay_ * 2, first_delay, longest_delay) : milliseconds(0);
}

bool Generation::something_missing() const {
  if (finishing_) return false;
  const auto gone = [](const Child& child) { return child.pid == 0; };
  return std::any_of(key_processes_.begin(), key_processes_.end(), gone) || (needs_launcher() && gone(launcher_)) ||
         (needs_resolver() && gone(resolver_)) || (prepared_.plan.metrics && gone(exporter_)) ||
         std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) { return gone(slot.worker); });
}

void Generation::restart_missing(const std::vector<tls::TicketKey>& ticket_keys) {
  const auto report = [this](const base::Result<void>& started, std::string_view name) {
    if (started) {
      around_.sink->write(log::Severity::info, fmt::format("{} started again", name));
    } else {
      around_.sink->write(log::Severity::error, fmt::format("{}: {}", name, started.error().text));
      restart_delay_ = std::clamp(restart_delay_ * 2, first_delay, longest_delay);
    }
  };
  for (auto& child : key_processes_) {
    if (child.pid != 0) continue;
    const auto fit = [&] { return keys_fit(prepared_, child.control, child.name); };
    report(start_key_process(child).and_then(fit), child.name);
  }
  if (needs_launcher() && launcher_.pid == 0) report(start_launcher(), launcher_.name);
  if (needs_resolver() && resolver_.pid == 0) report(start_resolver(), resolver_.name);
  if (prepared_.plan.metrics && exporter_.pid == 0) {
    report(start_exporter().and_then([&] { return await_exporter(); }), exporter_.name);
  }
  for (auto& slot : slots_) {
    if (slot.worker.pid != 0) continue;
    report(start_worker(slot, ticket_keys).and_then([&] { return await_worker(slot); }), slot.worker.name);
  }
}

void Generation::order(const Order& order) {
  const std::string message = encode(order);
  for (const auto& slot : slots_) {
    if (slot.worker.control) (void)os::send_packet(slot.worker.control.get(), message);
  }
}

void Generation::give_ticket_keys(const std::vector<tls::TicketKey>& keys) {
  NewTicketKeys fresh;
  for (const auto& key : keys) fresh.keys.push_back({key.epoch, key.material.copy()});
  order(std::move(fresh));
}

void Generation::give_log_file(int file) {
  const std::string message = encode(NewLog{});
  for (Child* child : children()) {
    if (child->reads_orders && child->control) (void)os::send_packet(child->control.get(), message, {file});
  }
}

void Generation::finish() {
  finishing_ = true;
  exporter_.control.reset();  // the next generation's answers from now on
  order(Finish{});
}

void Generation::end() {
  finishing_ = true;
  ending_ = true;
  order(End{});
}

void Generation::kill() {
  finishing_ = true;
  for (Child* child : children()) {
    child->control.reset();
    if (child->pid != 0) ::kill(child->pid, SIGKILL);
  }
}

bool Generation::over() const {
  return std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.worker.pid == 0; });
}

}  // namespace app
