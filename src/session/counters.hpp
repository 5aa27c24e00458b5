// Counters: what happened, in memory shared by all processes of one service, so that they survive any of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace session {

struct Counters {
  using Count = std::atomic<std::uint64_t>;
  Count connections{0};
  Count active{0};
  Count refused_connections{0};
  Count early_talkers{0};
  Count starttls{0};
  Count handshakes{0};
  Count resumed_handshakes{0};
  Count failed_handshakes{0};
  Count messages{0};
  Count recipients{0};
  Count received_octets{0};
  Count sent_octets{0};
  Count backend_failures{0};
  Count policy_requests{0};
  Count policy_failures{0};
};

// Zeroed counters in memory that forked children share; they live as long as the process.
[[nodiscard]] base::Result<Counters*> make_shared_counters();

// "connections=3 active=1 ..." for the log (SIGUSR2).
[[nodiscard]] std::string text_of(const Counters& counters);

}  // namespace session
