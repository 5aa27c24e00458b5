// What a dialog that is over, or never began, adds to the counters, and to the log.
#pragma once

#include <string>

#include "apps/ehlock/serve/service.hpp"
#include "session/channel.hpp"
#include "smtp/dialog.hpp"

namespace app {

// `channel`: the client's. Gives the session's last line.
[[nodiscard]] log::EndEvent sum_up(const Service& service, const WorkerListener& entrance, const smtp::Dialog& dialog,
                                   const session::Channel& channel);

// How a session ended that came to no dialog, for want of TLS.
[[nodiscard]] std::string outcome_without(smtp::TlsResult tls);

}  // namespace app
