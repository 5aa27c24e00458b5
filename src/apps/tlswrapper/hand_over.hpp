// --handoff: a worker of `ehlock serve` gets the client's connection, and this process becomes the program.
#pragma once

#include "apps/tlswrapper/wrapper_session.hpp"

namespace app {

// The exit status, where the program is not another file. An error: nobody took the connection, and nothing of it was
// read.
[[nodiscard]] base::Result<int> hand_over(WrapperSpec& spec, LeveledSink& sink);

}  // namespace app
