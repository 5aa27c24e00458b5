// Sockets made, asked and tuned. All are non-blocking and close-on-exec.
#pragma once

#include "base/result.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"

namespace os {

struct ListenOptions {
  bool reuse_port = true;  // one socket for each worker, the kernel spreads clients (TCP only)
  int backlog = 4096;
  unsigned unix_mode = 0666;
  bool packets = false;  // SOCK_SEQPACKET (UNIX only)
};

// IPv6 sockets are IPV6_V6ONLY. A stale UNIX socket file (nobody accepts on it) is replaced; any other file is an
// error.
[[nodiscard]] base::Result<UniqueFd> listen_on(const SocketAddress& address, const ListenOptions& options);

// Whether the address (IP) can be had alone. listen_on with reuse_port does not find out: it shares the clients with
// whoever listens there by SO_REUSEPORT under our user, as a Postfix does.
[[nodiscard]] base::Result<void> check_unused(const SocketAddress& address);

// A connected, blocking SOCK_SEQPACKET socket.
[[nodiscard]] base::Result<UniqueFd> connect_packets(const SocketAddress& address);

// A socket whose connection is under way (EINPROGRESS) or made. TCP_NODELAY is set.
[[nodiscard]] base::Result<UniqueFd> start_connect(const SocketAddress& address);

// The pending error of a socket, as errno; 0 for none.
[[nodiscard]] int pending_error(int fd);

// Whether both descriptors are of one socket; false for what is none.
[[nodiscard]] bool same_socket(int one, int other);

[[nodiscard]] SocketAddress peer_of(int fd);  // empty address when there is none
[[nodiscard]] SocketAddress local_of(int fd);
void set_no_delay(int fd);

}  // namespace os
