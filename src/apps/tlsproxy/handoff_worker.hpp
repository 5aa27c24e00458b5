// A worker: the jailed process that takes clients over from postscreen(8), secures their connections and relays. It
// holds no key, sees no file and connects nowhere.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "apps/shared/children.hpp"
#include "apps/tlsproxy/shared_sessions.hpp"
#include "apps/tlsproxy/status_channel.hpp"
#include "log/sink.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"
#include "postfix/version.hpp"
#include "tls/settings.hpp"

namespace app {

// How much a tlsproxy was used, for when it may leave.
struct HandoffUse {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> active{0};
};

struct HandoffWorkerSpec {
  unsigned number = 0;
  os::UniqueFd listener;
  os::UniqueFd only_session;  // -S: this one stream instead of those of the listener
  os::UniqueFd status;
  os::UniqueFd control;              // to the supervisor; its end means: finish the sessions and end
  os::UniqueFd keys;                 // to the key process
  os::UniqueFd key_process;          // held open, so that the key process lives as long as somebody may need it
  std::vector<ChainWithKey> chains;  // chain N's key is the key process's key N; none: TLS is refused
  tls::ServerSettings tls;
  SharedSessionsPlan sessions;
  std::optional<postfix::SharedTicketKey> ticket_key;  // to begin with
  postfix::Version version;
  int log_level = 0;
  pid_t child = 0;  // master's direct child
  std::string generation;
  std::size_t max_sessions = 0;
  HandoffUse* use = nullptr;  // shared by all workers
  log::Sink* sink = nullptr;
  os::JailSpec jail;
};

// One octet each on the control channel. Worker -> supervisor: bring a stream to tlsmgr (the answer is the same octet,
// with a descriptor where it could be had). Supervisor -> worker: are you alive (the answer is the same octet).
inline constexpr std::string_view stream_request = "T";
inline constexpr std::string_view life_question = "?";

// Until the sessions of its time are over; returns the exit status.
[[nodiscard]] int run_handoff_worker(HandoffWorkerSpec spec);

}  // namespace app
