// The present date as messages write it.
#pragma once

#include <string>

namespace session {

// "Sun, 22 Nov 2026 09:34:16 +0000" (RFC 5322 §3.3), in universal time: a jailed process sees no time zones.
[[nodiscard]] std::string mail_date();

}  // namespace session
