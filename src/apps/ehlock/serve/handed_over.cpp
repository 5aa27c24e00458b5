#include "apps/ehlock/serve/handed_over.hpp"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/serve/counted.hpp"
#include "apps/ehlock/serve/dialog_sums.hpp"
#include "apps/ehlock/serve/handed.hpp"
#include "apps/ehlock/serve/handed_mail.hpp"
#include "apps/ehlock/serve/known_session.hpp"
#include "apps/shared/ucspi.hpp"
#include "os/packet.hpp"
#include "session/clear_phase.hpp"
#include "session/control_pipe_tls.hpp"
#include "session/proxy_in.hpp"
#include "session/refusal.hpp"
#include "session/securing.hpp"

namespace app {
namespace {

// For tlswrapper to say what it has, and for a client to take our last octets.
constexpr std::chrono::seconds patience{5};

net::Task<bool> learn_identity(Handed& my) {
  if (!my.order.proxy) co_return true;
  const net::Deadline deadline = net::after(my.order.handshake);
  const auto told = co_await session::read_proxy_header(my.client.stream(), deadline);
  if (!told || told->nothing_said) {
    my.journal->warning(told ? "PROXY header: none" : told.error().text);
    co_return false;
  }
  session::ClientIdentity& identity = my.order.identity;
  // As tlswrapper has it: the addresses of the connection are the proxy's, and trusted by some.
  identity.client = told->client.value_or(no_address());
  identity.server = told->server.value_or(no_address());
  identity.name = "unknown";
  my.name_client();
  co_return true;
}

// `early`: some of it was read already. A handshake begins with the client's first octet: one that is silent takes
// nobody's place.
net::Task<bool> may_begin_handshake(Handed& my, bool early, net::Deadline deadline) {
  if (!early) (void)co_await my.client.stream().read_waiter().wait(net::Direction::read, deadline);
  const auto refused = my.visit->begin_handshake(net::Clock::now());
  if (!refused) co_return true;
  session::note_refusal(*refused, my.visit->settings(), "", *my.journal);
  my.end.outcome = outcome_without(smtp::TlsResult::too_many);
  co_return false;
}

// `early`: octets of the client's that were read already.
net::Task<bool> secure(Handed& my, std::string_view early) {
  const net::Deadline deadline = net::after(my.order.handshake);
  const bool may = co_await may_begin_handshake(my, !early.empty(), deadline);
  if (!may) co_return false;
  Service& service = my.service;
  const WorkerSpec& spec = service.spec;
  auto engine = context_for(my).start();
  if (!engine->incoming().append(early)) co_return false;
  const session::Securing whose{service.loop, my.order.identity, *my.journal,   &service.signer,
                                spec.board,   my.entrance.name,  &service.facts};
  const bool done = co_await session::secure(whose, my.client, std::move(engine), deadline);
  my.visit->end_handshake();
  if (!done) my.end.outcome = "tls_failed";
  co_return done;
}

net::Task<bool> clear_phase(Handed& my) {
  session::ClearPhase phase(my.service.loop, my.client, my.program, my.order.idle, std::move(my.ends));
  const auto end = co_await phase.run();
  if (end != session::ClearPhase::End::begin_tls) co_return false;
  co_return co_await secure(my, phase.held());
}

net::Task<void> relay(Handed& my) {
  session::Relay relay(my.service.loop, my.client, my.program, my.order.idle);
  const auto end = co_await relay.run();
  if (end != session::Relay::End::idle) co_return;
  my.end.outcome = "idle";
  co_await my.client.end_writing(net::after(patience));
}

// The program ends its session at the next idle moment. One that does not listen keeps it to the end.
void ask_to_end(const Handed& my) {
  if (my.notice) (void)!::write(my.notice.get(), &session::end_octet, sizeof session::end_octet);
}

void sum_up(Handed& my) {
  session::Board& board = *my.service.spec.board;
  my.end.received = my.client.received();
  my.end.sent = my.client.sent();
  board.sums.received += my.end.received;
  board.sums.sent += my.end.sent;
  board.tallies.add({"sessions", my.entrance.name, my.end.outcome});
}

net::Task<void> converse_bytes(Handed& my) {
  const Known listed(my.service, my.order.identity, my.entrance.name, my.client.stream());
  const session::Drain::Watch drain(my.service.drain, [&my] { ask_to_end(my); });
  if (!my.order.delayed) {
    const bool secured = co_await secure(my, {});
    if (secured && start_program(my)) co_await relay(my);
    co_return;
  }
  if (!start_program(my)) co_return;
  const bool secured = co_await clear_phase(my);
  if (secured) co_await relay(my);
}

net::Task<void> converse(Handed& my) {
  const bool known = co_await learn_identity(my);
  if (known && my.order.mail) {
    co_await converse_mail(my);
    co_return;
  }
  if (known) co_await converse_bytes(my);
  sum_up(my);
}

// What tlswrapper has to say; nothing when it says nothing, or something else.
net::Task<std::optional<os::Packet>> packet_from(net::Loop& loop, int fd) {
  net::Waiter waiter(loop, fd);
  const net::Deadline deadline = net::after(patience);
  for (;;) {
    auto packet = os::receive_packet(fd);
    if (!packet) co_return std::nullopt;
    if (*packet) co_return std::move(*packet);
    const net::Ready ready = co_await waiter.wait(net::Direction::read, deadline);
    if (ready != net::Ready::yes) co_return std::nullopt;
  }
}

// Nobody can be told 421 before it is handed over, which takes the descriptors that there are not (threat 55).
bool may_enter(Service& service, admission::Visit& visit) {
  const bool short_of_descriptors = service.active > service.most_active;
  if (!short_of_descriptors && !visit.enter(net::Clock::now())) return true;
  ++service.spec.board->sums.refused;
  const std::string why =
      short_of_descriptors ? fmt::format(" (descriptors for {} sessions)", service.most_active) : "";
  service.spec.sink->write(log::Severity::warning, "warning: hand-over: too many connections" + why);
  return false;
}

bool fits(const session::HandOver& order, std::size_t descriptors) {
  return descriptors >= order.fewest_descriptors() && descriptors <= order.most_descriptors();
}

}  // namespace

net::Task<void> serve_handed_over(Service& service, net::Accepted accepted, const WorkerListener& entrance) {
  const Counted counted(service, entrance);
  admission::Visit visit(service.desk);
  if (!may_enter(service, visit)) co_return;
  auto packet = co_await packet_from(service.loop, accepted.socket.get());
  auto order = packet ? session::decode_hand_over(packet->bytes) : std::nullopt;
  if (!order || !fits(*order, packet->fds.size())) {
    service.spec.sink->write(log::Severity::warning, "warning: hand-over: not understood, or not of this version");
    co_return;
  }
  Handed my(service, entrance, std::move(*order), std::move(packet->fds));
  my.visit = &visit;
  if (my.order.waits()) my.asker = std::move(accepted.socket);
  accepted.socket.reset();
  my.journal->connected(my.order.identity.server.text() + " (handed over)");
  co_await converse(my);
  my.journal->disconnected(my.end);
}

}  // namespace app
