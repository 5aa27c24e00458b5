// BackendSide: the SMTP server we front for: bytes out, whole replies in.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "base/buffer.hpp"
#include "net/stream.hpp"
#include "smtp/reply.hpp"
#include "smtp/step.hpp"

namespace session {

class BackendSide {
 public:
  BackendSide(net::Stream stream, std::size_t max_reply);

  // All of it within the deadline; a fault else.
  [[nodiscard]] net::Task<std::optional<smtp::Fault>> send(std::string_view bytes, net::Deadline deadline);

  // A whole reply, or backend_silent, backend_lost, backend_babbled.
  [[nodiscard]] net::Task<std::variant<smtp::Reply, smtp::Fault>> read_reply(net::Deadline deadline);

  [[nodiscard]] net::Stream& stream() { return stream_; }
  // Whether octets behind the last reply have come with it.
  [[nodiscard]] bool has_unread();
  // Whether there is something to read: octets that nobody asked for, or the end. Readiness alone may be stale.
  [[nodiscard]] bool has_news();

 private:
  net::Stream stream_;
  base::Buffer unread_;
  bool filled_ = false;  // the last read took as much as it may: more may be there
  smtp::ReplyParser parser_;
};

}  // namespace session
