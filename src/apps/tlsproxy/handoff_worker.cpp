#include "apps/tlsproxy/handoff_worker.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "apps/tlsproxy/handoff_session.hpp"
#include "net/listener.hpp"
#include "net/spawn.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"

namespace app {
namespace {

// Clients taken in one turn before those that are there get theirs (threat 26: a flood starves nobody).
constexpr int clients_in_a_row = 1;
constexpr std::chrono::hours without_end{24};

std::uint64_t random_number() {
  std::uint64_t number = 0;
  (void)!::getrandom(&number, sizeof number, 0);
  return number >> 1;  // room to count up
}

// master starts another process while this one is full.
net::Task<void> await_room(HandoffService& service) {
  if (service.active < service.spec.max_sessions) co_return;
  service.status.taken();
  while (service.active >= service.spec.max_sessions && service.accepting) {
    service.room.reset();
    (void)co_await service.room.wait(net::after(without_end));
  }
  service.status.available();
}

// One connection counts as a use, so that master knows this program for one that starts well. More would only make it
// start others: these workers take connections side by side.
void count_first_use(const HandoffService& service) {
  service.status.taken();
  service.status.available();
}

net::Task<void> accept_clients(HandoffService& service, net::Listener& listener) {
  const auto warn = [sink = service.spec.sink](std::string_view text) {
    sink->write(log::Severity::error, fmt::format("error: a session failed: {}", text));
  };
  bool first = true;
  int in_a_row = 0;
  for (;;) {
    co_await await_room(service);
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    if (first) count_first_use(service);
    first = false;
    net::spawn(service.loop, serve_handoff(service, std::move(accepted->socket)), warn);
    if (++in_a_row < clients_in_a_row) continue;
    in_a_row = 0;
    co_await service.loop.sleep_until(net::Clock::now());
  }
}

void obey(HandoffService& service, os::Packet packet) {
  if (packet.bytes == life_question) {
    (void)os::send_packet(service.spec.control.get(), life_question);
  } else {
    service.tlsmgr.bring(packet.fds.empty() ? os::UniqueFd() : std::move(packet.fds.front()));
  }
}

// The end of the channel is the order to finish.
net::Task<void> follow_orders(HandoffService& service, net::Listener* listener) {
  net::Waiter waiter(service.loop, service.spec.control.get());
  for (;;) {
    auto packet = os::receive_packet(service.spec.control.get());
    if (!packet || (*packet && (*packet)->bytes.empty())) break;
    if (*packet) {
      obey(service, std::move(**packet));
    } else {
      (void)co_await waiter.wait(net::Direction::read, net::after(without_end));
    }
  }
  service.tlsmgr.end();
  service.accepting = false;
  service.room.set();
  if (listener != nullptr) listener->stop();
  if (service.active == 0) service.loop.stop();
}

// The listener, where there is one; it outlives the loop.
std::unique_ptr<net::Listener> start_tasks(HandoffService& service) {
  const auto broken = [](std::string_view) { std::abort(); };
  const auto warn = [sink = service.spec.sink](std::string_view text) {
    sink->write(log::Severity::error, fmt::format("error: a task failed and is begun again: {}", text));
  };
  std::unique_ptr<net::Listener> listener;
  if (service.spec.listener) {
    listener = std::make_unique<net::Listener>(service.loop, std::move(service.spec.listener));
    const auto accept = [&service, &from = *listener] { return accept_clients(service, from); };
    net::keep(service.loop, accept, warn);
  } else {
    service.accepting = false;
    net::spawn(service.loop, serve_handoff(service, std::move(service.spec.only_session)), broken);
  }
  net::spawn(service.loop, follow_orders(service, listener.get()), broken);
  const auto ask_tlsmgr = [&service] { return service.tlsmgr.run(); };
  const auto keep_keys = [&service] { return service.sessions.keep_keys(); };
  net::keep(service.loop, ask_tlsmgr, warn);
  net::keep(service.loop, keep_keys, warn);
  service.signer.correspondent().start(warn);
  return listener;
}

base::Result<void> make_context(HandoffService& service) {
  HandoffWorkerSpec& spec = service.spec;
  if (spec.ticket_key) service.sessions.add(std::move(*spec.ticket_key));
  if (spec.chains.empty() && !spec.tls.leeway.no_certificate) return {};
  service.knows_names = std::any_of(spec.chains.begin(), spec.chains.end(),
                                    [](const ChainWithKey& chain) { return chain.names && !chain.names->empty(); });
  const auto identities = identities_of(spec.chains);
  if (!identities) return tl::unexpected(identities.error());
  auto context = tls::Context::server(spec.tls, *identities, service.sessions.ring());
  if (!context) return tl::unexpected(context.error());
  service.context = std::move(*context);
  return {};
}

int failed(int control, const std::string& why) {
  (void)os::send_packet(control, encode(Started{false, why}));
  return EXIT_FAILURE;
}

}  // namespace

HandoffService::HandoffService(HandoffWorkerSpec from, std::uint64_t first_number)
    : spec(std::move(from)),
      signer(loop, std::move(spec.keys), first_number),
      tlsmgr(
          loop, [fd = spec.control.get()] { (void)os::send_packet(fd, stream_request); },
          postfix::tlsmgr_greets(spec.version), *spec.sink),
      sessions(loop, tlsmgr, spec.sessions),
      status(spec.status.get(), spec.child, spec.generation),
      generation(postfix::generation_of(spec.version)),
      room(loop) {}

int run_handoff_worker(HandoffWorkerSpec spec) {
  os::name_process(fmt::format("tlsproxy:worker {}", spec.number));
  (void)std::signal(SIGPIPE, SIG_IGN);
  // Fork, then loop, then jail: the loop needs descriptors that the jail no longer gives.
  HandoffService service(std::move(spec), random_number());
  const auto context = make_context(service);
  if (!context) return failed(service.spec.control.get(), context.error().text);
  (void)os::make_non_blocking(service.spec.control.get());
  const auto listener = start_tasks(service);
  const auto jailed = os::enter_jail(service.spec.jail);
  if (!jailed) return failed(service.spec.control.get(), jailed.error().text);
  const std::string left_out = fmt::format("{}", fmt::join(jailed->left_out, "\n"));
  (void)os::send_packet(service.spec.control.get(), encode(Started{true, left_out}));
  service.loop.run();
  // Nothing is left to tidy up in a process that ends, and the jail forbids some of what tidying does.
  ::_exit(EXIT_SUCCESS);
}

}  // namespace app
