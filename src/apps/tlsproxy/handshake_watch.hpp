// HandshakeWatch: gives a handshake up when the process that handed the client over has gone: nobody waits for its end
// any more, and a client that drips octets would keep it alive to its deadline.
#pragma once

#include "net/event.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"

namespace app {

class HandshakeWatch {
 public:
  // All outlive it. `client` is closed when `plain` has no other end any more.
  HandshakeWatch(net::Loop& loop, net::Stream& plain, net::Stream& client);

  void begin();

  // The handshake is over; true when it was given up. Nobody waits on `plain` any more.
  [[nodiscard]] net::Task<bool> end();

 private:
  [[nodiscard]] net::Task<void> watch();

  net::Loop& loop_;
  net::Stream& plain_;
  net::Stream& client_;
  net::Event over_;     // the handshake is
  net::Event watched_;  // watch() has ended
  bool ending_ = false;
  bool hung_up_ = false;
  net::Aside watching_;
};

}  // namespace app
