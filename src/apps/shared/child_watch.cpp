#include "apps/shared/child_watch.hpp"

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "os/process.hpp"

namespace app {

base::Result<os::UniqueFd> watched_signals() {
  return os::signals_as_descriptor({SIGCHLD, SIGTERM});
}

ChildWatch::ChildWatch(net::Loop& loop, pid_t program, os::UniqueFd signals)
    : program_(program), signals_(std::move(signals)), waiter_(loop, signals_.get()), ended_(loop) {}

void ChildWatch::collect() {
  for (const os::Ended& one : os::reap()) {
    if (one.pid == program_) status_ = one.status;
  }
}

net::Task<void> ChildWatch::run(std::function<void()> on_end, std::function<void()> on_terminate) {
  for (;;) {
    if (!status_) {
      collect();
      if (status_) {
        ended_.set();
        on_end();
      }
    }
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) {
      (void)co_await waiter_.wait(net::Direction::read, net::after(std::chrono::hours(24)));
    } else if (signal.ssi_signo == static_cast<std::uint32_t>(SIGTERM)) {
      on_terminate();
    }
  }
}

net::Task<int> ChildWatch::exit_status(net::Deadline deadline) {
  const bool ended = co_await ended_.wait(deadline);
  co_return ended&& WIFEXITED(*status_) ? WEXITSTATUS(*status_) : exit_temporary;
}

}  // namespace app
