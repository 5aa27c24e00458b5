// The init system (service manager) that may have started us: the sockets it passed (sd_listen_fds(3)) and what it is
// told (sd_notify(3)). Variables are taken out of the environment: no child may take them for its own. Without an init
// system nothing is passed, and telling does nothing.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "os/fd.hpp"

namespace os {

struct PassedSocket {
  UniqueFd fd;
  std::string name;  // of LISTEN_FDNAMES; may be empty
};
[[nodiscard]] std::vector<PassedSocket> take_passed_sockets();

// Whether descriptor 2 is systemd's journal (JOURNAL_STREAM), which knows program and process by itself.
[[nodiscard]] bool stderr_is_journal();

// Whether it is a stream socket that listens.
[[nodiscard]] bool is_listening_stream(int fd);

class InitSystem {
 public:
  // From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  [[nodiscard]] static InitSystem of_environment();

  // "READY=1", "STOPPING=1"; several with newlines between. What it does not take is lost: it is no business of ours to
  // wait for it.
  void tell(std::string_view state) const;

  // "RELOADING=1" with the time the protocol asks for; "READY=1" must follow.
  void tell_reloading() const;

  // How often "WATCHDOG=1" is to be told: half of what it asks for; 0: never.
  [[nodiscard]] std::chrono::milliseconds watchdog_interval() const { return watchdog_interval_; }

 private:
  UniqueFd socket_;  // empty: nobody listens
  std::chrono::milliseconds watchdog_interval_{0};
};

}  // namespace os
