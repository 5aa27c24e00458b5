#include "apps/ehlock/client/smtp_client.hpp"

#include <sysexits.h>

#include <algorithm>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "net/connect.hpp"

namespace app {
namespace {

constexpr std::size_t largest_reply = 65536;
constexpr std::chrono::seconds connect_limit{30};
constexpr std::chrono::seconds handshake_limit{30};
constexpr std::chrono::seconds farewell{5};

tl::unexpected<ClientFault> fault(int status, std::string text) {
  return tl::unexpected(ClientFault{status, std::move(text)});
}

tl::unexpected<ClientFault> lost(net::Io why, std::string_view waited_for) {
  if (why == net::Io::timed_out) return fault(EX_TEMPFAIL, fmt::format("timed out before {}", waited_for));
  return fault(EX_UNAVAILABLE, fmt::format("the connection was lost before {}", waited_for));
}

void note_certificate(const Transcript& transcript, const std::string& chain_pem) {
  const auto facts = tls::read_certificate(chain_pem);
  if (!facts) return;  // a resumed session shows none
  transcript.noted(fmt::format("certificate {} ({}), issued by {}, names {}, until {:%Y-%m-%d %H:%M} UTC",
                               facts->subject, facts->key_kind, facts->issuer, fmt::join(facts->names, " "),
                               fmt::gmtime(facts->not_after)));
}

void note_tls(const Transcript& transcript, const tls::Engine& engine) {
  const tls::Facts facts = engine.facts();
  transcript.noted(fmt::format("{} {} group {}", facts.protocol, facts.cipher, facts.group));
  note_certificate(transcript, engine.peer_chain_pem());
  transcript.noted(fmt::format("verification: {}, resumed {}", engine.verification(), facts.resumed ? "yes" : "no"));
}

}  // namespace

tl::unexpected<ClientFault> refused(std::string_view what, const smtp::Reply& reply) {
  const auto words = base::trimmed(std::string_view(reply.wire).substr(0, reply.wire.find("\r\n")));
  const int status = reply.code / 100 == 4 ? EX_TEMPFAIL : EX_UNAVAILABLE;
  return fault(status, fmt::format("{} was answered: {}", what, base::escaped(words)));
}

SmtpClient::SmtpClient(net::Loop& loop, Transcript transcript, std::chrono::seconds limit)
    : loop_(loop), transcript_(transcript), limit_(limit), unread_(largest_reply) {}

void SmtpClient::take(net::Stream stream) {
  channel_.emplace(std::move(stream));
}

net::Task<ClientResult<smtp::Reply>> SmtpClient::read_reply() {
  auto reply = co_await read_reply_within(limit_);
  co_return std::move(reply);
}

net::Task<ClientResult<void>> SmtpClient::connect(const std::vector<os::SocketAddress>& addresses) {
  auto stream = co_await net::connect(loop_, addresses, std::min(connect_limit, limit_));
  if (!stream) co_return fault(EX_UNAVAILABLE, stream.error().text);
  channel_.emplace(std::move(*stream));
  co_return ClientResult<void>();
}

net::Task<ClientResult<void>> SmtpClient::secure(const tls::Context& context, std::string session_der) {
  (void)channel_->read_present(unread_);
  if (!unread_.empty()) {
    co_return fault(EX_PROTOCOL, fmt::format("{} octets in clear came before the handshake: \"{}\"", unread_.size(),
                                             base::escaped(unread_.view())));
  }
  auto layer = std::make_unique<session::TlsLayer>(loop_, context.start());
  if (!session_der.empty()) layer->engine().resume_with(session_der);
  const bool secured =
      co_await layer->shake_hands(channel_->stream(), nullptr, net::after(std::min(handshake_limit, limit_)));
  if (!secured) {
    const tls::Failure& why = layer->failure();
    co_return fault(EX_PROTOCOL, fmt::format("TLS failed: {} ({})", why.text(), why.detail));
  }
  note_tls(transcript_, layer->engine());
  tls_ = layer.get();
  channel_->put_on(std::move(layer));
  co_return ClientResult<void>();
}

net::Task<ClientResult<smtp::Reply>> SmtpClient::read_reply_within(std::chrono::seconds limit) {
  const net::Deadline deadline = net::after(limit);
  smtp::ReplyParser parser(largest_reply);
  for (;;) {
    unread_.consume(parser.feed(unread_.view()));
    if (parser.state() == smtp::ReplyParser::State::malformed) {
      co_return fault(EX_UNAVAILABLE, "the server's reply is malformed");
    }
    if (parser.state() == smtp::ReplyParser::State::complete) break;
    const net::Io received = co_await channel_->read(unread_, deadline);
    if (received != net::Io::done) co_return lost(received, "a reply came");
  }
  smtp::Reply reply = parser.take();
  transcript_.heard(reply);
  co_return std::move(reply);
}

net::Task<ClientResult<smtp::Reply>> SmtpClient::exchange(std::string line) {
  const std::string octets = line + "\r\n";
  auto reply = co_await exchange_as(octets, std::move(line), limit_);
  co_return std::move(reply);
}

net::Task<ClientResult<smtp::Reply>> SmtpClient::exchange_as(std::string_view octets, std::string shown,
                                                             std::chrono::seconds limit) {
  transcript_.said(shown);
  const net::Io sent = co_await channel_->write(octets, net::after(limit));
  if (sent != net::Io::done) co_return lost(sent, "our words were taken");
  auto reply = co_await read_reply_within(limit);
  co_return std::move(reply);
}

net::Task<ClientResult<void>> SmtpClient::say(std::string octets) {
  const net::Io sent = co_await channel_->write(octets, net::after(limit_));
  if (sent != net::Io::done) co_return lost(sent, "our words were taken");
  co_return ClientResult<void>();
}

const tls::Engine* SmtpClient::engine() const {
  return tls_ == nullptr ? nullptr : &tls_->engine();
}

net::Task<void> SmtpClient::close() {
  co_await channel_->end_writing(net::after(farewell));
  channel_->close();
}

std::string SmtpClient::session_der() {
  return tls_ != nullptr ? tls_->engine().session_der() : std::string();
}

}  // namespace app
