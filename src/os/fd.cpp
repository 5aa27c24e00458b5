// Descriptors: owning, making and closing them.
#include "os/fd.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <vector>

namespace os {
namespace {

// Closes first..last, both included. The loop is for kernels before 5.9, which have no close_range(2).
void close_between(unsigned first, unsigned last) {
  if (first > last || close_range(first, last, 0) == 0) return;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const unsigned end = static_cast<unsigned>(std::min<rlim_t>(limit.rlim_cur, 1U << 20U));
  for (unsigned fd = first; fd <= last && fd < end; ++fd) close(static_cast<int>(fd));
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void UniqueFd::reset() {
  // Never repeated on EINTR: Linux has freed the number already.
  if (fd_ >= 0) close(release());
}

base::Result<FdPair> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail_errno("pipe", errno);
  return FdPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

base::Result<FdPair> make_socket_pair(int type) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) return base::fail_errno("socketpair", errno);
  return FdPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

base::Result<UniqueFd> duplicate(int fd) {
  UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) return base::fail_errno("duplicate a descriptor", errno);
  return copy;
}

base::Result<void> make_non_blocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) != 0) return {};
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return base::fail_errno("set O_NONBLOCK", errno);
  return {};
}

void close_all_but(const int* keep, int count) {
  std::vector<int> kept(keep, keep + count);
  std::sort(kept.begin(), kept.end());
  unsigned next = 0;
  for (const int fd : kept) {
    if (fd < 0) continue;
    const auto number = static_cast<unsigned>(fd);
    if (number > next) close_between(next, number - 1);
    next = number + 1;
  }
  close_between(next, UINT_MAX);
}

}  // namespace os
