// Listener: takes connections from a listening socket. Without free descriptors it waits instead of spinning (threat
// 55).
#pragma once

#include <optional>

#include "net/loop.hpp"
#include "net/waiter.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"

namespace net {

// A socket that does not block, with the listener's TCP_NODELAY.
struct Accepted {
  os::UniqueFd socket;
  os::SocketAddress peer;
};

class Listener {
 public:
  Listener(Loop& loop, os::UniqueFd socket);

  // The next client, or nothing after stop(). Clients that vanish in the queue are skipped.
  [[nodiscard]] Task<std::optional<Accepted>> accept();

  // Ends accept(), which closes the socket; clients in its queue are left to whoever else holds it.
  void stop();

  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  [[nodiscard]] std::optional<Accepted> accept_now();

  Loop& loop_;
  os::UniqueFd socket_;
  std::unique_ptr<Waiter> waiter_;
  bool exhausted_ = false;  // EMFILE, ENFILE, ENOBUFS: pause before the next try
  bool stopped_ = false;
};

}  // namespace net
