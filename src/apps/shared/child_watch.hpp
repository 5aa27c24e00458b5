// ChildWatch: how the one program of a helper ends, and SIGTERM, for a process that may not start or wait for anything
// else.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>

#include "base/result.hpp"
#include "net/event.hpp"
#include "net/loop.hpp"
#include "net/waiter.hpp"
#include "os/fd.hpp"

namespace app {

// Exit statuses of the helpers where it is not the program's.
inline constexpr int exit_usage = 100;
inline constexpr int exit_temporary = 111;

class ChildWatch {
 public:
  // `signals`: of watched_signals().
  ChildWatch(net::Loop& loop, pid_t program, os::UniqueFd signals);

  // Runs for the life of the process; spawned once.
  [[nodiscard]] net::Task<void> run(std::function<void()> on_end, std::function<void()> on_terminate);

  // The program's status as a helper's exit status: its own, exit_temporary when a signal ended it or when it goes on
  // after the deadline.
  [[nodiscard]] net::Task<int> exit_status(net::Deadline deadline);

 private:
  void collect();

  pid_t program_;
  os::UniqueFd signals_;
  net::Waiter waiter_;
  net::Event ended_;
  std::optional<int> status_;
};

// SIGCHLD and SIGTERM, blocked from now on; before the program is started.
[[nodiscard]] base::Result<os::UniqueFd> watched_signals();

}  // namespace app
