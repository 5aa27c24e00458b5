// spawn: starts a task of its own. The one place that catches; the one "it ended" path.
#pragma once

#include <functional>
#include <string_view>

#include "net/loop.hpp"

namespace net {

// Starts `task` (whose arguments are values: nobody's frame outlives it): at once where the loop runs, up to its first
// wait, otherwise as soon as it does. A task that loses its client ends quietly by
// net::Disconnected; any other exception is a bug or a lack of memory, and `failed` is told its text.
void spawn(Loop& loop, Task<void> task, std::function<void(std::string_view)> failed);

}  // namespace net
