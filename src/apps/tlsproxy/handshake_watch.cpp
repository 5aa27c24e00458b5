#include "apps/tlsproxy/handshake_watch.hpp"

#include <poll.h>

namespace app {
namespace {

// Octets that wait in the stream make it readable for good: then its end is looked for this often.
constexpr std::chrono::seconds between_looks{1};
constexpr std::chrono::hours without_end{24};

bool has_gone(int fd) {
  pollfd state{fd, POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace

HandshakeWatch::HandshakeWatch(net::Loop& loop, net::Stream& plain, net::Stream& client)
    : loop_(loop), plain_(plain), client_(client), over_(loop), watched_(loop) {}

void HandshakeWatch::begin() {
  watching_.begin(loop_, watch(), [this](std::string_view) {
    client_.close();
    watched_.set();
  });
}

net::Task<void> HandshakeWatch::watch() {
  while (!ending_ && !hung_up_) {
    const net::Ready ready = co_await plain_.read_waiter().wait(net::Direction::read, net::after(without_end));
    if (ending_ || ready != net::Ready::yes) continue;
    hung_up_ = has_gone(plain_.readable_fd());
    if (!hung_up_) (void)co_await over_.wait(net::after(between_looks));
  }
  if (hung_up_) client_.close();
  watched_.set();
}

net::Task<bool> HandshakeWatch::end() {
  ending_ = true;
  over_.set();
  plain_.read_waiter().cancel();
  (void)co_await watched_.wait(net::after(without_end));
  co_return hung_up_;
}

}  // namespace app
