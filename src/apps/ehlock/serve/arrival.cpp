#include "apps/ehlock/serve/arrival.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "os/socket.hpp"
#include "session/proxy_in.hpp"
#include "session/refusal.hpp"

namespace app {
namespace {

using std::chrono::milliseconds;

// How long a client gets to take the few words that end it.
constexpr std::chrono::seconds farewell{5};

// What the PROXY header of a listed balancer says; false when the connection is to be closed.
net::Task<bool> learn_identity(Service& service, net::Stream& stream, Arrival& arrival) {
  session::ClientIdentity& identity = arrival.identity;
  if (!os::any_contains(service.spec.accept_proxy, identity.client)) co_return true;
  const auto told = co_await session::read_proxy_header(stream, net::after(service.spec.limits.proxy));
  if (!told) {
    log::Journal journal = journal_of(service, arrival);
    journal.warning(fmt::format("{} (from {}, which accept_proxy names)", told.error().text, identity.text()));
    co_return false;
  }
  // HAProxy's checks say LOCAL (send-proxy-v2), or name their own connection (send-proxy).
  arrival.from_itself = !told->client || *told->client == identity.client;
  if (told->client) identity.client = *told->client;
  if (told->server) identity.server = *told->server;
  co_return !told->nothing_said;  // LOCAL is served like a client, with the connection's own addresses
}

// An early talker is worth as many errors as this: a session of spam has about as many.
constexpr std::size_t errors_of_an_early_talker = 10;

// "too many connections from 192.0.2.1", in Postfix's words.
std::string reason(const admission::Refusal& refusal, const Arrival& arrival) {
  if (refusal.limit == admission::Limit::connections) return "too many connections";
  return fmt::format("too many connections from {}", arrival.identity.client.host());
}

// Words in clear would only puzzle a client that waits for TLS.
void refuse(Service& service, net::Stream& stream, const Arrival& arrival, std::string_view why) {
  ++service.spec.board->sums.refused;
  if (arrival.entrance.door == config::Door::starttls) {
    (void)stream.write_now(fmt::format("421 4.7.0 {} Error: {}\r\n", service.spec.dialog.name, why));
  }
  stream.end_writing();
}

// Threat 55. At most one line a second.
void refuse_for_want_of_descriptors(Service& service, net::Stream& stream, Arrival& arrival) {
  const auto now = net::Clock::now();
  if (now >= service.shortage_told + std::chrono::seconds(1)) {
    service.shortage_told = now;
    log::Journal journal = journal_of(service, arrival);
    journal.limit_exceeded("Descriptor", service.active,
                           fmt::format("descriptors for {} sessions", service.most_active));
  }
  refuse(service, stream, arrival, "too many connections");
}

bool is_exempt(const Service& service, const Arrival& arrival) {
  return arrival.from_itself || os::any_contains(service.spec.clients.exempt, arrival.identity.client);
}

std::string network_of(const Service& service, const Arrival& arrival) {
  const config::ClientLimits& rules = service.spec.clients;
  return os::Network::around(arrival.identity.client, rules.ipv4_prefix, rules.ipv6_prefix).text();
}

admission::Decision look_at_limits(Service& service, Arrival& arrival) {
  if (is_exempt(service, arrival)) return std::nullopt;
  const std::string network = network_of(service, arrival);
  const auto refused = arrival.visit.identify(network, net::Clock::now());
  if (!refused) return std::nullopt;
  log::Journal journal = journal_of(service, arrival);
  session::note_refusal(*refused, service.desk.settings(), network, journal);
  return refused;
}

// Why the client is not welcome; empty: it is.
net::Task<std::string> look_at_reputation(Service& service, Arrival& arrival) {
  if (!is_remembered(service, arrival)) co_return std::string();
  log::Journal journal = journal_of(service, arrival);
  auto welcome = co_await service.reputation->arrive(arrival.identity, journal);
  arrival.is_patient = welcome.patient;
  co_return std::move(welcome.refusal);
}

net::Task<void> learn_name(Service& service, Arrival& arrival) {
  session::ClientIdentity& identity = arrival.identity;
  if (!service.resolver || arrival.from_itself || identity.client.is_unix()) co_return;
  os::ReverseName name = co_await service.resolver->look_up(identity.client, net::after(service.spec.limits.names));
  identity.name = std::move(name.verified);
  identity.claimed_name = std::move(name.claimed);
}

net::Task<void> say_last(session::ClientSide& client, std::string words) {
  co_await client.channel().end_writing(net::after(farewell), words);
}

// Nothing when the client was silent for the whole delay; else what it did: talk (nullopt inside), or go.
net::Task<std::optional<smtp::Fault>> heard(Service& service, session::ClientSide& client) {
  const session::Drain::Idle idle(service.drain, client.channel().stream());
  co_return co_await client.read_more(net::after(service.spec.clients.greet_delay));
}

}  // namespace

Arrival::Arrival(Service& service, const net::Accepted& accepted, const WorkerListener& at)
    : entrance(at), visit(service.desk) {
  identity.client = accepted.peer;
  identity.server = os::local_of(accepted.socket.get());
  identity.session_id = service.ids.next();
}

std::string_view text_of(config::Door door) {
  if (door == config::Door::handoff) return "hand-over";
  return door == config::Door::starttls ? "STARTTLS" : "implicit TLS";
}

log::Journal journal_of(Service& service, const Arrival& arrival) {
  log::Sink& sink = arrival.from_itself ? service.quiet_sink : *service.spec.sink;
  return {sink, arrival.identity.session_id, arrival.identity.text()};
}

net::Task<bool> let_in(Service& service, net::Stream& stream, Arrival& arrival) {
  if (service.active > service.most_active) {
    refuse_for_want_of_descriptors(service, stream, arrival);
    co_return false;
  }
  const auto full = arrival.visit.enter(net::Clock::now());
  if (full) {
    log::Journal journal = journal_of(service, arrival);
    session::note_refusal(*full, service.desk.settings(), "", journal);
    refuse(service, stream, arrival, reason(*full, arrival));
    co_return false;
  }
  const bool told = co_await learn_identity(service, stream, arrival);
  if (!told) co_return false;
  const auto refused = look_at_limits(service, arrival);
  if (refused) {
    refuse(service, stream, arrival, reason(*refused, arrival));
    co_return false;
  }
  const std::string unwelcome = co_await look_at_reputation(service, arrival);
  if (!unwelcome.empty()) {
    refuse(service, stream, arrival, unwelcome);
    co_return false;
  }
  co_await learn_name(service, arrival);
  co_return true;
}

bool is_remembered(const Service& service, const Arrival& arrival) {
  return service.reputation && !is_exempt(service, arrival) && !arrival.identity.client.is_unix();
}

net::Task<void> remember(Service& service, const Arrival& arrival, std::size_t errors, log::Journal& journal) {
  if (!is_remembered(service, arrival)) co_return;
  const reputation::Conduct conduct{errors, arrival.is_patient};
  co_await service.reputation->report(arrival.identity, conduct, journal);
}

net::Task<bool> is_patient(Service& service, session::ClientSide& client, Arrival& arrival, log::Journal& journal) {
  const config::ClientLimits& rules = service.spec.clients;
  const bool waits = rules.greet_delay.count() > 0 && arrival.entrance.door == config::Door::starttls;
  if (!waits || arrival.is_patient || is_exempt(service, arrival)) co_return true;
  if (!rules.greet_banner.empty()) {
    const std::string banner = fmt::format("220-{}\r\n", rules.greet_banner);
    (void)co_await client.send(banner, net::after(farewell));
  }
  const auto begun = net::Clock::now();
  const auto fault = co_await heard(service, client);
  const bool silent = fault == smtp::Fault::client_silent;
  arrival.is_patient = silent;
  if (silent && !service.drain.begun()) co_return true;
  std::string_view outcome = "client_gone";
  if (silent) {
    co_await say_last(client, fmt::format("421 4.3.2 {} Service not available\r\n", service.spec.dialog.name));
    outcome = "shutting_down";
  } else if (fault) {
    journal.lost_connection("CONNECT");
  } else {
    ++service.spec.board->sums.early_talkers;
    journal.pregreet(client.unread(), std::chrono::duration_cast<milliseconds>(net::Clock::now() - begun));
    if (rules.early_talker == config::EarlyTalker::ignore) co_return true;
    co_await say_last(client, "521 5.5.1 Protocol error\r\n");
    outcome = "early_talker";
    co_await remember(service, arrival, errors_of_an_early_talker, journal);
  }
  service.spec.board->tallies.add({"sessions", arrival.entrance.name, outcome});
  log::EndEvent end{"commands=0", std::string(outcome)};
  end.received = client.channel().received();
  end.sent = client.channel().sent();
  journal.disconnected(end);
  co_return false;
}

}  // namespace app
