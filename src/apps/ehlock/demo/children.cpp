#include "apps/ehlock/demo/children.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include "os/process.hpp"

namespace app {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{5};

std::chrono::milliseconds until(steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

}  // namespace

base::Result<DemoChildren> DemoChildren::begin() {
  DemoChildren children;
  auto signals = os::signals_as_descriptor({SIGINT, SIGTERM, SIGCHLD});
  if (!signals) return tl::unexpected(signals.error());
  children.signals_ = std::move(*signals);
  return children;
}

base::Result<void> DemoChildren::start(std::string name, const std::function<int()>& role) {
  (void)std::fflush(stdout);
  const auto pid = os::fork_role(
      [&] {
        signals_.reset();
        return role();
      },
      true);
  if (!pid) return tl::unexpected(pid.error());
  children_.push_back({std::move(name), *pid});
  return {};
}

DemoChildren::Event DemoChildren::wait(std::chrono::milliseconds limit) {
  pollfd watched{signals_.get(), POLLIN, 0};
  (void)::poll(&watched, 1, static_cast<int>(limit.count()));
  signalfd_siginfo info{};
  bool stop = false;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    stop = stop || info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM;
  }
  const std::size_t before = children_.size();
  collect();
  if (stop) return Event::told_to_stop;
  return children_.size() < before ? Event::child_ended : Event::nothing;
}

void DemoChildren::collect() {
  std::erase_if(children_, [&](const Child& child) {
    int status = 0;
    if (::waitpid(child.pid, &status, WNOHANG) != child.pid) return false;
    epitaph_ = fmt::format("{} ended: {}", child.name, os::text_of_status(status));
    return true;
  });
}

bool DemoChildren::runs(pid_t pid) const {
  return std::any_of(children_.begin(), children_.end(), [&](const Child& child) { return child.pid == pid; });
}

bool DemoChildren::wait_for_end(pid_t pid, std::chrono::milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (runs(pid) && steady_clock::now() < deadline) (void)wait(until(deadline));
  return !runs(pid);
}

void DemoChildren::end_all() {
  const std::string epitaph = epitaph_;  // those that end now were asked to
  while (!children_.empty()) {
    const pid_t pid = children_.back().pid;
    for (const int signal : {SIGTERM, SIGKILL}) {
      ::kill(pid, signal);
      if (wait_for_end(pid, patience)) break;
    }
    std::erase_if(children_, [&](const Child& child) { return child.pid == pid; });
  }
  epitaph_ = epitaph;
}

}  // namespace app
