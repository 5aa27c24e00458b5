// The hand-over of a connection from tlswrapper to a worker of `ehlock serve`, over a SOCK_SEQPACKET socket: one
// message with the descriptors in this order: the client's readable and writable, the program's output, the program's
// input; where the program itself says when TLS begins the ends of its control pipes (readable, writable) and, if it
// could be had, its input once more, readable. Where the program waits for it (HandOver::waits()) one answer comes
// back: the variables of its environment.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/client_identity.hpp"

namespace session {

// The greatest limit a message may name.
inline constexpr std::chrono::seconds longest_wait{86400};

// The program is an SMTP server, and its dialog with the client is the worker's: what tlswrapper-smtp would do.
struct HandedMail {
  std::optional<std::chrono::seconds> session;  // its -t
  std::optional<std::chrono::seconds> wait;     // its -T
};

struct HandOver {
  bool delayed = false;                // -n: in clear until the program says so
  bool proxy = false;                  // -p: a PROXY header comes first
  bool drains = false;                 // the program hears end_octet on its control pipe (ControlPipeTls::listen())
  std::chrono::seconds idle{60};       // -t
  std::chrono::seconds handshake{30};  // -T
  std::optional<HandedMail> mail{};    // with `delayed` in clear until the client says STARTTLS
  ClientIdentity identity;             // without facts about TLS

  // The program starts when the answer has come.
  [[nodiscard]] bool waits() const { return proxy || !delayed; }
  [[nodiscard]] bool has_control() const { return delayed && !mail; }
  [[nodiscard]] std::size_t fewest_descriptors() const { return has_control() ? 6 : 4; }
  [[nodiscard]] std::size_t most_descriptors() const { return has_control() ? 7 : 4; }
};

[[nodiscard]] std::string encode(const HandOver& message);
// Nothing for what encode() never makes.
[[nodiscard]] std::optional<HandOver> decode_hand_over(std::string_view message);

// "NAME=value" each; no value has a NUL.
[[nodiscard]] std::string encode_variables(const std::vector<std::string>& variables);
[[nodiscard]] std::vector<std::string> decode_variables(std::string_view message);

}  // namespace session
