// Sockets: listening, connecting, asking.
#include "os/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace os {
namespace {

base::Result<UniqueFd> make_socket(const SocketAddress& address, int kind = SOCK_STREAM | SOCK_NONBLOCK) {
  UniqueFd fd(socket(address.family(), kind | SOCK_CLOEXEC, 0));
  if (!fd) return base::fail_errno(address.text() + ": socket", errno);
  return fd;
}

int kind_of(const ListenOptions& options) {
  return (options.packets ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_NONBLOCK;
}

bool set_on(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

int bind_to(int fd, const SocketAddress& address) {
  return bind(fd, address.raw(), address.size()) == 0 ? 0 : errno;
}

// The mode comes with bind(2) by the umask: between bind and a later chmod anybody could connect.
int bind_with_mode(int fd, const SocketAddress& address, unsigned mode) {
  const mode_t before = umask(~static_cast<mode_t>(mode) & 0777U);
  const int fault = bind_to(fd, address);
  umask(before);
  return fault;
}

const char* path_of(const SocketAddress& address) {
  return reinterpret_cast<const sockaddr_un*>(address.raw())->sun_path;
}

// A socket file that nobody accepts on: left behind by a process that was killed. One of the other kind is not refused
// but not understood (EPROTOTYPE), so somebody is there.
bool is_stale(const SocketAddress& address, int kind) {
  struct stat status {};
  if (lstat(path_of(address), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const auto probe = make_socket(address, kind);
  return probe && connect(probe->get(), address.raw(), address.size()) != 0 && errno == ECONNREFUSED;
}

int bind_unix(int fd, const SocketAddress& address, const ListenOptions& options) {
  const int fault = bind_with_mode(fd, address, options.unix_mode);
  if (fault != EADDRINUSE || !is_stale(address, kind_of(options))) return fault;
  if (unlink(path_of(address)) != 0) return errno;
  return bind_with_mode(fd, address, options.unix_mode);
}

int bind_ip(int fd, const SocketAddress& address, bool reuse_port) {
  if (!set_on(fd, SOL_SOCKET, SO_REUSEADDR)) return errno;
  if (reuse_port && !set_on(fd, SOL_SOCKET, SO_REUSEPORT)) return errno;
  if (address.family() == AF_INET6 && !set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY)) return errno;
  return bind_to(fd, address);
}

using NameOfSocket = int (*)(int, sockaddr*, socklen_t*);

SocketAddress asked(int fd, NameOfSocket ask) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (ask(fd, address, &size) != 0) return {};
  return {address, size};
}

}  // namespace

base::Result<UniqueFd> listen_on(const SocketAddress& address, const ListenOptions& options) {
  auto fd = make_socket(address, kind_of(options));
  if (!fd) return fd;
  const int fault =
      address.is_unix() ? bind_unix(fd->get(), address, options) : bind_ip(fd->get(), address, options.reuse_port);
  if (fault != 0) return base::fail_errno("listen on " + address.text(), fault);
  if (listen(fd->get(), options.backlog) != 0) return base::fail_errno("listen on " + address.text(), errno);
  return fd;
}

base::Result<void> check_unused(const SocketAddress& address) {
  const auto fd = make_socket(address);
  if (!fd) return tl::unexpected(fd.error());
  const int fault = bind_ip(fd->get(), address, false);
  if (fault != 0) return base::fail_errno("listen on " + address.text(), fault);
  return {};
}

base::Result<UniqueFd> connect_packets(const SocketAddress& address) {
  auto fd = make_socket(address, SOCK_SEQPACKET);
  if (!fd) return fd;
  if (connect(fd->get(), address.raw(), address.size()) != 0)
    return base::fail_errno("connect to " + address.text(), errno);
  return fd;
}

base::Result<UniqueFd> start_connect(const SocketAddress& address) {
  auto fd = make_socket(address);
  if (!fd) return fd;
  if (!address.is_unix()) set_no_delay(fd->get());
  const int result = connect(fd->get(), address.raw(), address.size());
  if (result != 0 && errno != EINPROGRESS && errno != EINTR) {
    return base::fail_errno("connect to " + address.text(), errno);
  }
  return fd;
}

int pending_error(int fd) {
  int fault = 0;
  socklen_t size = sizeof fault;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &size) != 0) return errno;
  return fault;
}

bool same_socket(int one, int other) {
  std::uint64_t number = 0;
  std::uint64_t number_of_other = 0;
  socklen_t size = sizeof number;
  if (getsockopt(one, SOL_SOCKET, SO_COOKIE, &number, &size) != 0) return false;
  if (getsockopt(other, SOL_SOCKET, SO_COOKIE, &number_of_other, &size) != 0) return false;
  return number == number_of_other;
}

SocketAddress peer_of(int fd) {
  return asked(fd, getpeername);
}

SocketAddress local_of(int fd) {
  return asked(fd, getsockname);
}

void set_no_delay(int fd) {
  // Refused by UNIX sockets, where it means nothing.
  set_on(fd, IPPROTO_TCP, TCP_NODELAY);
}

}  // namespace os
