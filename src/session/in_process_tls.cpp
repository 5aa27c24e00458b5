#include "session/in_process_tls.hpp"

#include "session/refusal.hpp"

namespace session {

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
  const net::Deadline deadline = net::after(service_.limits.handshake);
  if (!invited_) {
    (void)co_await channel.stream().read_waiter().wait(net::Direction::read, deadline);
    (void)may_begin();
  }
  if (refused_) co_return Secured{smtp::TlsResult::too_many, {}};
  const Securing whose{service_.loop,   identity_,         journal_,       &service_.signer,
                       &service_.board, service_.listener, &service_.facts};
  const bool done = co_await secure(whose, channel, service_.context.start(), deadline);
  visit_.end_handshake();
  if (!done) co_return Secured{smtp::TlsResult::failed, {}};
  const Secured secured{smtp::TlsResult::secured, identity_.tls_for_smtp()};
  co_return secured;
}

}  // namespace session
