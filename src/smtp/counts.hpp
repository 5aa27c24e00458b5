// SessionCounts: what a session did, for its last log line and for metrics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "smtp/command.hpp"

namespace smtp {

struct SessionCounts {
  struct Count {
    std::uint32_t accepted = 0;
    std::uint32_t all = 0;
  };

  std::array<Count, verb_count> verbs{};
  std::size_t messages = 0;    // accepted by the backend
  std::size_t recipients = 0;  // accepted by the backend
  std::uint64_t octets = 0;    // of message text forwarded, without what we put before it

  [[nodiscard]] Count& of(Verb verb) { return verbs[static_cast<std::size_t>(verb)]; }
  [[nodiscard]] const Count& of(Verb verb) const { return verbs[static_cast<std::size_t>(verb)]; }
  [[nodiscard]] Count commands() const;

  // "ehlo=2 starttls=1 mail=1 rcpt=0/1 data=1 quit=1 commands=6/7", as Postfix's smtpd(8) has it.
  [[nodiscard]] std::string text() const;
};

}  // namespace smtp
