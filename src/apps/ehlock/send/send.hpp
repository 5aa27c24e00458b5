// `ehlock send`: one message through STARTTLS or implicit TLS, with the transcript and what TLS found.
#pragma once

#include "config/commands.hpp"

namespace app {

// Returns the exit status: 0 delivered, 66 a file cannot be read, 69 refused or unreachable, 75 temporary refusal, 76
// TLS failed. The transcript goes to standard output, what went wrong to standard error.
[[nodiscard]] int send(const config::SendOptions& options);

}  // namespace app
