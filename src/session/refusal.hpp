// The log line of a limit that was exceeded.
#pragma once

#include <string_view>

#include "admission/desk.hpp"
#include "log/journal.hpp"

namespace session {

// `network`: what counted as one client; empty for limits of all. Nothing is written where a line is not worth it.
void note_refusal(const admission::Refusal& refusal, const admission::Settings& settings, std::string_view network,
                  log::Journal& journal);

}  // namespace session
