// What a dialog that is over adds to the counters, and to the log.
#pragma once

#include "apps/ehlock/serve/service.hpp"
#include "session/channel.hpp"
#include "smtp/dialog.hpp"

namespace app {

// `channel`: the client's. Gives the session's last line.
[[nodiscard]] log::EndEvent sum_up(const Service& service, const WorkerListener& entrance, const smtp::Dialog& dialog,
                                   const session::Channel& channel);

}  // namespace app
