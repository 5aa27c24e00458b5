// What the supervisor asks tlsmgr(8) before its workers start, and how it reaches it. Each wait is short: without
// answer sessions go on without tickets and cache.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "os/fd.hpp"
#include "postfix/tlsmgr.hpp"

namespace app {

struct TlsmgrAtStart {
  postfix::SessionPolicy policy;
  std::optional<postfix::SharedTicketKey> key;  // to seal with now; none where no tickets are wanted
};

// The stream to `path`, relative to the queue directory as Postfix has it. Never waits.
[[nodiscard]] base::Result<os::UniqueFd> connect_tlsmgr(const std::string& path);

// At most a second for all of it.
[[nodiscard]] base::Result<TlsmgrAtStart> ask_tlsmgr_at_start(const std::string& path, std::string_view cache_type,
                                                              const postfix::Version& version, bool tickets);

}  // namespace app
