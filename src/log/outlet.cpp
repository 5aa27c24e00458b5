#include "log/outlet.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

inline namespace ehlock {
namespace log {
namespace {

mode_t kind_of_standard_error() {
  struct stat status {};
  return ::fstat(STDERR_FILENO, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

// O_NONBLOCK belongs to the open file, which a shell or the service manager shares with us: hence one of our own.
os::UniqueFd own_end_of_pipe() {
  if (kind_of_standard_error() != S_IFIFO) return {};
  return os::UniqueFd(::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

bool write_whole(int fd, std::string_view bytes) {
  ssize_t written = -1;
  do written = ::write(fd, bytes.data(), bytes.size());
  while (written < 0 && errno == EINTR);
  return written == static_cast<ssize_t>(bytes.size());
}

bool has_room(int fd) {
  pollfd asked{fd, POLLOUT, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0;
}

}  // namespace

bool write_without_waiting(int fd, std::string_view bytes) {
  // The service manager's end of standard error is a stream socket; elsewhere send() says ENOTSOCK.
  const ssize_t written = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (written >= 0 || errno != ENOTSOCK) return written >= 0;
  return has_room(fd) && write_whole(fd, bytes);
}

Outlet::Outlet() : own_(own_end_of_pipe()), standard_error_is_file_(kind_of_standard_error() == S_IFREG) {}

int Outlet::fd() const {
  return own_ ? own_.get() : STDERR_FILENO;
}

void Outlet::write(std::string_view line) {
  const bool never_waits = standard_error_is_file_ && !own_;
  const bool written = never_waits ? write_whole(STDERR_FILENO, line) : write_without_waiting(fd(), line);
  if (!written) ++lost_;
}

std::uint64_t Outlet::take_lost() {
  if (lost_ == 0 || !has_room(fd())) return 0;
  return std::exchange(lost_, 0);
}

}  // namespace log
}  // namespace ehlock
