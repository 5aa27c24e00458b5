// The one connection of tlswrapper: PROXY header, clear phase, handshake and relay, as far as each is wanted.
#pragma once

#include <optional>

#include "apps/shared/child_watch.hpp"
#include "apps/shared/leveled_sink.hpp"
#include "apps/tlswrapper/key_keeper.hpp"
#include "apps/tlswrapper/waiting_program.hpp"
#include "config/helper_wrapper_options.hpp"
#include "os/jail.hpp"
#include "session/clear_phase.hpp"
#include "session/client_identity.hpp"

namespace app {

struct WrapperSpec {
  config::WrapperOptions options;
  session::ClientIdentity identity;
  WaitingProgram program;
  os::UniqueFd output;                          // the program's, readable
  os::UniqueFd input;                           // the program's, writable
  std::optional<session::ControlEnds> control;  // with -n
  std::optional<KeyKeeper> keys;                // without a certificate: none, and no handshake succeeds
  os::UniqueFd signals;
  os::JailSpec jail;
};

// Jails this process, then runs the connection. The exit status: the program's, exit_temporary where it never ran,
// exit_usage for a bad PROXY header.
[[nodiscard]] int run_wrapper(WrapperSpec spec, LeveledSink& sink);

}  // namespace app
