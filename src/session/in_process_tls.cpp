#include "session/in_process_tls.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

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

InProcessTls::InProcessTls(TlsService service, ClientIdentity& identity, log::Journal& journal)
    : service_(service), identity_(identity), journal_(journal) {}

net::Task<Secured> InProcessTls::start(ClientSide& client) {
  Channel& channel = client.channel();
  const auto began = net::Clock::now();
  auto layer = std::make_unique<TlsLayer>(service_.loop, service_.context.start());
  const bool done =
      co_await layer->shake_hands(channel.stream(), &service_.signer, net::after(service_.limits.handshake));
  if (!done) {
    ++service_.counters.failed_handshakes;
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
  journal_.secured(event);
  identity_.tls = facts;
}

}  // namespace session
