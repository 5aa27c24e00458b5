// The launcher: the process outside the jail that starts the configured program for a session, or connects to the
// configured UNIX socket, and passes the descriptor to the worker. It reads no network byte.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "log/sink.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"
#include "os/user.hpp"

namespace app {

struct LauncherSpec {
  std::vector<std::string> program;  // empty: connect to `socket`
  os::SocketAddress socket;
  os::SocketAddress policy_socket;
  os::SocketAddress reputation_socket;
  os::User user;  // who the program runs as
  bool change_user = false;
  std::size_t max_programs = 100;
  os::UniqueFd supervisor;           // its end of file ends the launcher
  std::vector<os::UniqueFd> askers;  // one for each worker
  log::Sink* sink = nullptr;
  os::JailSpec jail;
};

// Until the supervisor's end of file; returns the exit status.
[[nodiscard]] int run_launcher(LauncherSpec spec);

}  // namespace app
