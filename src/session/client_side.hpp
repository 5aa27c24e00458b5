// ClientSide: the mail client: lines and message octets in, replies out, in clear until STARTTLS, then inside TLS.
// There is no operation that carries unread clear bytes into TLS: they are forgotten, and counted (RFC 3207 §4.2,
// CVE-2011-0411).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "base/buffer.hpp"
#include "session/backend_side.hpp"
#include "session/channel.hpp"
#include "smtp/line.hpp"
#include "smtp/step.hpp"

namespace session {

class ClientSide {
 public:
  explicit ClientSide(Channel channel);

  // Nothing, or the fault; a client that cannot be written to is gone.
  [[nodiscard]] net::Task<std::optional<smtp::Fault>> send(std::string_view bytes, net::Deadline deadline);

  struct BackendSpoke {};  // the backend has something to say, or closed, while the client was silent
  using LineEvent = std::variant<smtp::Line, smtp::Fault, BackendSpoke>;
  // The next line. Its view lives until consume(). `watched` is noticed while waiting; null: nothing to watch.
  [[nodiscard]] net::Task<LineEvent> read_line(smtp::LineSplitter& splitter, BackendSide* watched,
                                               net::Deadline deadline);

  // More octets behind unread(); or the fault.
  [[nodiscard]] net::Task<std::optional<smtp::Fault>> read_more(net::Deadline deadline);

  [[nodiscard]] std::string_view unread() const { return unread_.view(); }
  void consume(std::size_t octets) { unread_.consume(octets); }

  // Before the handshake: whatever arrived was not protected by it. Also what still lies in the socket. Returns how
  // much.
  std::size_t forget_unread();
  // How many octets behind `used` ones are there already, the socket's included.
  [[nodiscard]] std::size_t unread_behind(std::size_t used);

  [[nodiscard]] Channel& channel() { return channel_; }

 private:
  Channel channel_;
  base::Buffer unread_;
};

}  // namespace session
