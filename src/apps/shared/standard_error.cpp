#include "apps/shared/standard_error.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/address.hpp"
#include "os/fd.hpp"

namespace app {
namespace {

bool is_the_connection(int fd) {
  struct stat one {};
  struct stat other {};
  if (::fstat(fd, &one) != 0 || !S_ISSOCK(one.st_mode)) return false;
  return ::fstat(STDIN_FILENO, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

os::UniqueFd system_log() {
  const auto address = os::SocketAddress::unix_path("/dev/log");
  os::UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!address || !fd || ::connect(fd.get(), address->raw(), address->size()) != 0) return {};
  return fd;
}

}  // namespace

void keep_log_from_client() {
  if (!is_the_connection(STDERR_FILENO)) return;
  os::UniqueFd log = system_log();
  if (!log) log = os::UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!log || ::dup2(log.get(), STDERR_FILENO) < 0) (void)::close(STDERR_FILENO);
}

bool logs_by_datagram() {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(STDERR_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM;
}

}  // namespace app
