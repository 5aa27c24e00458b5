#include "log/datagram.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "log/outlet.hpp"
#include "os/address.hpp"

inline namespace ehlock {
namespace log {
namespace {

constexpr int patience = 200;  // milliseconds

bool wrote(int fd, std::string_view bytes) {
  ssize_t written = -1;
  do written = ::write(fd, bytes.data(), bytes.size());
  while (written < 0 && errno == EINTR);
  return written >= 0;
}

bool has_room(int fd) {
  pollfd state{fd, POLLOUT, 0};
  return ::poll(&state, 1, patience) > 0 && (state.revents & POLLOUT) != 0;
}

}  // namespace

base::Result<DatagramSocket> DatagramSocket::open(const std::string& path) {
  const auto address = os::SocketAddress::unix_path(path);
  if (!address) return tl::unexpected(address.error());
  DatagramSocket made;
  made.fd_ = os::UniqueFd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.fd_) return base::fail_errno(path + ": socket", errno);
  if (connect(made.fd_.get(), address->raw(), address->size()) != 0) return base::fail_errno(path, errno);
  tzset();
  return made;
}

bool DatagramSocket::send(std::string_view datagram) {
  bool sent = wrote(fd_.get(), datagram);
  const bool full = !sent && os::would_block(errno);
  if (full && patient_ && has_room(fd_.get())) sent = wrote(fd_.get(), datagram);
  patient_ = sent;
  return sent;
}

std::string short_timestamp() {
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{} {:2} {:02}:{:02}:{:02}", months.at(static_cast<std::size_t>(local.tm_mon)), local.tm_mday,
                     local.tm_hour, local.tm_min, local.tm_sec);
}

void write_to_stderr(std::string_view program, std::string_view line) {
  write_without_waiting(STDERR_FILENO, fmt::format("{}[{}]: {}\n", program, getpid(), line));
}

}  // namespace log
}  // namespace ehlock
