#include "session/in_process_tls.hpp"

#include <memory>
#include <utility>

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
  event.client_subject = facts.client_subject;
  event.client_verified = facts.client_verified;
  return event;
}

InProcessTls::InProcessTls(TlsService service, ClientIdentity& identity, log::Journal& journal)
    : service_(service), identity_(identity), journal_(journal) {}

net::Task<Secured> InProcessTls::start(ClientSide& client) {
  Channel& channel = client.channel();
  auto layer = std::make_unique<TlsLayer>(service_.loop, service_.context.start());
  const bool done =
      co_await layer->shake_hands(channel.stream(), &service_.signer, net::after(service_.limits.handshake));
  if (!done) {
    ++service_.counters.failed_handshakes;
    journal_.tls_failed(layer->failure().text(), layer->engine().offered().text());
    co_return Secured{smtp::TlsResult::failed, {}};
  }
  const tls::Facts facts = layer->engine().facts();
  note(facts);
  channel.put_on(std::move(layer));
  co_return Secured{smtp::TlsResult::secured, {facts.protocol, facts.cipher, facts.bits, facts.algorithm_bits}};
}

void InProcessTls::note(const tls::Facts& facts) {
  ++service_.counters.handshakes;
  if (facts.resumed) ++service_.counters.resumed_handshakes;
  journal_.secured(event_of(facts));
  identity_.tls = facts;
}

}  // namespace session
