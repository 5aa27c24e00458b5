// What postscreen(8) does around tlsproxy(8) and nothing more: greets a client in clear, hands it over at STARTTLS as
// Postfix 3.6 to 3.11 do, answers EHLO and QUIT behind it. So tlsproxy is measured without a second server's cost.
#pragma once

#include "load_options.hpp"

namespace load {

// Listens on options.port, hands over to the UNIX socket options.handoff, takes and forgets what arrives at the
// datagram socket options.postlog, until it is ended by a signal. The exit status if it cannot.
[[nodiscard]] int play_screen(const Options& options);

}  // namespace load
