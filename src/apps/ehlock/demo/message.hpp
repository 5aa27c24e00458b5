// Messages as `ehlock run` shows them: every line harmless for a terminal, and not too many of them.
#pragma once

#include <string>
#include <string_view>

#include "apps/ehlock/sink/store.hpp"

namespace app {

// The head line and the stored text, on standard output.
void show_message(const SinkReceipt& receipt);

// The text alone.
void show_text(std::string_view text);

// What `ehlock run --once` sends: with what is easily spoilt on the way.
[[nodiscard]] std::string demo_message(std::string_view date);

}  // namespace app
