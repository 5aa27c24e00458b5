#include "session/securing.hpp"

#include <utility>

#include "session/in_process_tls.hpp"
#include "session/tls_layer.hpp"

namespace session {

net::Task<bool> secure(Securing whose, Channel& channel, std::unique_ptr<tls::Engine> engine, net::Deadline deadline) {
  auto layer = std::make_unique<TlsLayer>(whose.loop, std::move(engine));
  const bool done = co_await layer->shake_hands(channel.stream(), whose.signer, deadline);
  if (!done) {
    whose.journal.tls_failed(event_of(layer->failure(), layer->engine().offered()));
    co_return false;
  }
  whose.identity.tls = layer->engine().facts();
  whose.journal.secured(event_of(*whose.identity.tls));
  channel.put_on(std::move(layer));
  co_return true;
}

}  // namespace session
