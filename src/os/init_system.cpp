#include "os/init_system.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.hpp"

namespace os {
namespace {

constexpr int first_passed = 3;
constexpr int most_passed = 1024;

std::string taken_from_environment(const char* name) {
  const char* value = getenv(name);
  std::string result = value == nullptr ? "" : value;
  unsetenv(name);
  return result;
}

// False for a number that is no open descriptor.
bool made_ours(int fd) {
  const int flags = fcntl(fd, F_GETFD);
  return flags >= 0 && fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0 && make_non_blocking(fd).has_value();
}

int option_of(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

// `path` begins with / or, for a name without file, with @ (unix(7), abstract). Empty when it cannot be told anything.
UniqueFd connected_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() < 2 || path.size() >= sizeof address.sun_path) return {};
  if (path.front() != '/' && path.front() != '@') return {};
  std::copy(path.begin(), path.end(), address.sun_path);
  if (path.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return {};
  return fd;
}

}  // namespace

bool stderr_is_journal() {
  const char* stream = getenv("JOURNAL_STREAM");
  struct stat facts {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &facts) != 0) return false;
  return stream == fmt::format("{}:{}", facts.st_dev, facts.st_ino);
}

std::vector<PassedSocket> take_passed_sockets() {
  const auto pid = base::number<pid_t>(taken_from_environment("LISTEN_PID"));
  const auto count = base::number<int>(taken_from_environment("LISTEN_FDS"));
  const std::string names = taken_from_environment("LISTEN_FDNAMES");
  if (!pid || *pid != getpid() || !count || *count < 1 || *count > most_passed) return {};
  const auto name_list = base::split(names, ':');
  std::vector<PassedSocket> result;
  for (int i = 0; i < *count; ++i) {
    if (!made_ours(first_passed + i)) continue;
    const auto index = static_cast<std::size_t>(i);
    result.push_back({UniqueFd(first_passed + i), std::string(index < name_list.size() ? name_list[index] : "")});
  }
  return result;
}

bool is_listening_stream(int fd) {
  return option_of(fd, SO_TYPE) == SOCK_STREAM && option_of(fd, SO_ACCEPTCONN) == 1;
}

InitSystem InitSystem::of_environment() {
  InitSystem result;
  result.socket_ = connected_to(taken_from_environment("NOTIFY_SOCKET"));
  const auto limit = base::number<std::uint64_t>(taken_from_environment("WATCHDOG_USEC"));
  const std::string pid = taken_from_environment("WATCHDOG_PID");
  const bool is_for_us = pid.empty() || base::number<pid_t>(pid) == getpid();
  if (!limit || !is_for_us) return result;
  constexpr std::uint64_t longest = 86'400'000'000;
  const auto half = std::chrono::microseconds(std::min(*limit, longest) / 2);
  result.watchdog_interval_ = std::chrono::duration_cast<std::chrono::milliseconds>(half);
  return result;
}

void InitSystem::tell(std::string_view state) const {
  if (socket_) (void)!send(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void InitSystem::tell_reloading() const {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());  // CLOCK_MONOTONIC on Linux
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading", now.count()));
}

}  // namespace os
