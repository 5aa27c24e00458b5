#include "session/securing.hpp"

#include <utility>

#include <fmt/format.h>

#include "session/tls_layer.hpp"

namespace session {
namespace {

void count(const Securing& whose, const log::TlsEvent& event) {
  if (whose.board == nullptr) return;
  Tallies& tallies = whose.board->tallies;
  tallies.add({"handshakes", whose.listener, event.protocol, event.resumed ? "true" : "false"});
  tallies.add({"cipher", event.cipher});
  tallies.add({"group", event.group});
  whose.board->handshakes.add(event.took);
}

void count(const Securing& whose, tls::FailReason reason) {
  if (whose.board != nullptr) whose.board->tallies.add({"failures", whose.listener, tls::name_of(reason)});
}

}  // namespace

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

net::Task<bool> secure(Securing whose, Channel& channel, std::unique_ptr<tls::Engine> engine, net::Deadline deadline) {
  const auto began = net::Clock::now();
  auto layer = std::make_unique<TlsLayer>(whose.loop, std::move(engine));
  const bool done = co_await layer->shake_hands(channel.stream(), whose.signer, deadline);
  if (!done) {
    count(whose, layer->failure().reason);
    whose.journal.tls_failed(event_of(layer->failure(), layer->engine().offered()));
    co_return false;
  }
  tls::Facts facts = layer->engine().facts();
  whose.identity.tls = whose.facts != nullptr ? whose.facts->shared(std::move(facts))
                                              : std::make_shared<const tls::Facts>(std::move(facts));
  whose.identity.tls_session = layer->engine().session_id();
  log::TlsEvent event = event_of(*whose.identity.tls);
  event.ticket_offered = layer->engine().offered().ticket;
  event.took = std::chrono::duration_cast<std::chrono::microseconds>(net::Clock::now() - began);
  count(whose, event);
  whose.journal.secured(event);
  channel.put_on(std::move(layer));
  co_return true;
}

}  // namespace session
