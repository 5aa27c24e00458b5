// The service manager's sockets: LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES of sd_listen_fds(3).
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "os/socket.hpp"

namespace os {
namespace {

constexpr int first_passed = 3;
constexpr int most_passed = 1024;

// The variable's value, which is then gone: no child may take the sockets for its own.
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

}  // namespace

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

}  // namespace os
