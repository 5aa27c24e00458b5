#include "session/in_process_tls.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "session/refusal.hpp"
#include "session/tls_layer.hpp"

namespace session {

log::TlsEvent event_of(const tls::Facts& facts) {
  log::TlsEvent event;
  event.protocol = facts.protocol;
  event.cipher = facts.cipher;
  event.bits = facts.bits;
  event.algorithm_bits = facts.algorithm_bits;
  event.group = facts.group;
  event.server_signature = facts.signature;
  event.server_digest = facts.digest;
  event.sni = facts.sni;
  event.resumed = facts.resumed;
  event.client_certificate = facts.client_certificate;
  event.client_verified = facts.client_verified;
  event.client_subject = facts.client_subject;
  event.client_name = facts.client_common_name;
  event.client_issuer = facts.client_issuer_name;
  event.client_fingerprint = tls::fingerprint_text(facts.client_fingerprint);
  event.client_key_fingerprint = tls::fingerprint_text(facts.client_key_fingerprint);
  return event;
}

log::TlsFailure event_of(const tls::Failure& failure, const tls::HelloFacts& offered) {
  log::TlsFailure event{failure.text(), offered.text()};
  event.detail = failure.detail;
  event.versions = offered.versions;
  for (const auto cipher : offered.ciphers) event.ciphers.push_back(fmt::format("{:04x}", cipher));
  for (const auto group : offered.groups) event.groups.push_back(fmt::format("{:04x}", group));
  event.sni = offered.sni;
  return event;
}

InProcessTls::InProcessTls(TlsService service, ClientIdentity& identity, admission::Visit& visit, log::Journal& journal)
    : service_(service), identity_(identity), visit_(visit), journal_(journal) {}

bool InProcessTls::may_begin() {
  const auto refused = visit_.begin_handshake(net::Clock::now());
  if (refused) note_refusal(*refused, visit_.settings(), "", journal_);
  refused_ = refused.has_value();
  return !refused_;
}

net::Task<std::optional<smtp::Fault>> InProcessTls::invite(ClientSide& client, std::string_view words,
                                                           net::Deadline deadline) {
  invited_ = true;
  if (!may_begin()) co_return std::nullopt;
  co_return co_await client.send(words, deadline);
}

net::Task<Secured> InProcessTls::start(ClientSide& client) {
  Channel& channel = client.channel();
  const auto began = net::Clock::now();
  const net::Deadline deadline = net::after(service_.limits.handshake);
  if (!invited_) {
    (void)co_await channel.stream().read_waiter().wait(net::Direction::read, deadline);
    (void)may_begin();
  }
  if (refused_) co_return Secured{smtp::TlsResult::too_many, {}};
  auto layer = std::make_unique<TlsLayer>(service_.loop, service_.context.start());
  const bool done = co_await layer->shake_hands(channel.stream(), &service_.signer, deadline);
  visit_.end_handshake();
  if (!done) {
    ++service_.counters.failed_handshakes;
    count(layer->failure().reason);
    journal_.tls_failed(event_of(layer->failure(), layer->engine().offered()));
    co_return Secured{smtp::TlsResult::failed, {}};
  }
  const tls::Facts facts = layer->engine().facts();
  log::TlsEvent event = event_of(facts);
  event.ticket_offered = layer->engine().offered().ticket;
  event.took = std::chrono::duration_cast<std::chrono::microseconds>(net::Clock::now() - began);
  note(facts, event);
  channel.put_on(std::move(layer));
  co_return Secured{smtp::TlsResult::secured, {facts.protocol, facts.cipher, facts.bits, facts.algorithm_bits}};
}

void InProcessTls::note(const tls::Facts& facts, const log::TlsEvent& event) {
  ++service_.counters.handshakes;
  if (facts.resumed) ++service_.counters.resumed_handshakes;
  count(event);
  journal_.secured(event);
  identity_.tls = facts;
}

void InProcessTls::count(const log::TlsEvent& event) const {
  if (service_.board == nullptr) return;
  Tallies& tallies = service_.board->tallies;
  tallies.add({"handshakes", service_.listener, event.protocol, event.resumed ? "true" : "false"});
  tallies.add({"cipher", event.cipher});
  tallies.add({"group", event.group});
  service_.board->handshakes.add(event.took);
}

void InProcessTls::count(tls::FailReason reason) const {
  if (service_.board == nullptr) return;
  service_.board->tallies.add({"failures", service_.listener, tls::name_of(reason)});
}

}  // namespace session
