// Outcome: how an SMTP session ended, for its last log line.
#pragma once

#include <string_view>

namespace smtp {

enum class Outcome {
  quit,         // the client said QUIT and had its answer
  client_gone,  // lost without QUIT
  client_silent,
  backend_refused,
  backend_silent,
  backend_lost,
  backend_babbled,
  backend_closed,  // the backend said 421 or closed after a refusal; the client was told its words
  tls_failed,
  injection_refused,  // bytes pipelined behind STARTTLS
  bare_newline,       // refused, see settings
  limit_reached,      // commands, errors, or a BDAT size that cannot be followed
  rejected,           // a policy verdict ended the session
  shutting_down,
};

// Lower-case words without spaces, as in the enumeration.
[[nodiscard]] std::string_view text_of(Outcome outcome);

}  // namespace smtp
