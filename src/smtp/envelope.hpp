// Envelope: what client and backend agreed on about the present message, and who the client says it is. For policy
// requests and the trace header; the backend gets the client's own words. Holds no control characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smtp/command.hpp"

namespace smtp {

enum class Greeting { none, helo, ehlo, lhlo };

struct Envelope {
  Greeting greeting = Greeting::none;
  std::string helo;            // the argument of HELO, EHLO or LHLO
  bool authenticated = false;  // AUTH succeeded
  std::string auth_mechanism;  // of the AUTH that succeeded

  unsigned number = 0;  // of the message in its session, refused ones included; 0 before the first MAIL

  std::optional<std::string> sender;  // of MAIL, without <>; empty text: the null path; nothing: no message begun
  std::string recipient;              // of the last RCPT, accepted or not
  std::size_t recipients = 0;         // accepted ones
  bool eight_bit = false;             // BODY=8BITMIME or BINARYMIME
  bool smtputf8 = false;
  std::uint64_t size = 0;    // declared by SIZE=; 0: not declared
  std::uint64_t octets = 0;  // of the message's text so far: all of it once its end was seen

  [[nodiscard]] bool begun() const { return sender.has_value(); }

  // What HELO, EHLO and LHLO leave when accepted: no message.
  [[nodiscard]] Envelope greeted(Greeting how, std::string_view name) const;
  // What MAIL leaves when accepted.
  [[nodiscard]] Envelope with_sender(const Path& path) const;
  // What RSET and the end of a message leave.
  [[nodiscard]] Envelope without_message() const;
};

// The text without control characters: each becomes '?'.
[[nodiscard]] std::string without_controls(std::string_view text);

}  // namespace smtp
