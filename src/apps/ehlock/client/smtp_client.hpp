// SmtpClient: the client's side of one SMTP connection: commands out, replies in, TLS. Each exchange goes into the
// transcript. Its coroutines are awaited only; a fault ends the connection's use.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/ehlock/client/fault.hpp"
#include "apps/ehlock/client/transcript.hpp"
#include "base/buffer.hpp"
#include "net/loop.hpp"
#include "os/address.hpp"
#include "session/channel.hpp"
#include "session/tls_layer.hpp"
#include "smtp/reply.hpp"
#include "tls/context.hpp"

namespace app {

// The client's waits of RFC 5321 §4.5.3.2 at their longest: any reply, and the one to the end of a message.
inline constexpr std::chrono::minutes reply_limit{5};
inline constexpr std::chrono::minutes message_limit{10};

class SmtpClient {
 public:
  // `limit`: of each reply that read_reply() and exchange() wait for.
  SmtpClient(net::Loop& loop, Transcript transcript, std::chrono::seconds limit = reply_limit);

  [[nodiscard]] net::Task<ClientResult<void>> connect(const std::vector<os::SocketAddress>& addresses);

  // The handshake. Clear octets that came before it are the injection of a server, or of somebody between
  // (CVE-2021-38371): a fault.
  [[nodiscard]] net::Task<ClientResult<void>> secure(const tls::Context& context, std::string session_der);

  // Instead of connect(): a connection that was made already.
  void take(net::Stream stream);

  [[nodiscard]] net::Task<ClientResult<smtp::Reply>> read_reply();
  // `line` without CRLF.
  [[nodiscard]] net::Task<ClientResult<smtp::Reply>> exchange(std::string line);
  // `octets` go as they are and are shown as `shown`.
  [[nodiscard]] net::Task<ClientResult<smtp::Reply>> exchange_as(std::string_view octets, std::string shown,
                                                                 std::chrono::seconds limit);

  // Octets without waiting for an answer.
  [[nodiscard]] net::Task<ClientResult<void>> say(std::string octets);

  // What TLS found; null in clear.
  [[nodiscard]] const tls::Engine* engine() const;

  // close_notify, FIN.
  [[nodiscard]] net::Task<void> close();

  // To resume this session's TLS with; empty in clear.
  [[nodiscard]] std::string session_der();

 private:
  [[nodiscard]] net::Task<ClientResult<smtp::Reply>> read_reply_within(std::chrono::seconds limit);

  net::Loop& loop_;
  Transcript transcript_;
  std::chrono::seconds limit_;
  std::optional<session::Channel> channel_;
  session::TlsLayer* tls_ = nullptr;  // the channel's, once secured
  base::Buffer unread_;
};

}  // namespace app
