#include "apps/tlsproxy/program_output.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include <fmt/ranges.h>

#include "os/process.hpp"

namespace app {
namespace {

constexpr int patience = 10'000;  // milliseconds between two pieces

// False: it stayed silent too long, or said too much.
bool read_all(int fd, std::size_t limit, std::string& text) {
  std::array<char, 4096> piece{};
  while (text.size() <= limit) {
    pollfd state{fd, POLLIN, 0};
    const int ready = ::poll(&state, 1, patience);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got < 0) return false;
    if (got == 0) return true;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return false;
}

int status_of(pid_t pid) {
  int status = -1;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

base::Result<std::string> program_output(const std::vector<std::string>& arguments,
                                         const std::vector<std::string>& environment, std::size_t limit) {
  auto pipe = os::make_pipe();
  if (!pipe) return tl::unexpected(pipe.error());
  os::ProgramSpec program;
  program.arguments = arguments;
  program.environment = environment;
  program.descriptors = {{0, STDIN_FILENO}, {1, pipe->second.get()}, {2, STDERR_FILENO}};
  const auto pid = os::start_program(program);
  pipe->second.reset();
  if (!pid) return tl::unexpected(pid.error());
  std::string text;
  const bool whole = read_all(pipe->first.get(), limit, text);
  if (!whole) ::kill(*pid, SIGKILL);
  const int status = status_of(*pid);
  if (!whole || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return base::fail("{}: {}", fmt::join(arguments, " "), os::text_of_status(status));
  }
  return text;
}

}  // namespace app
