#include "net/event.hpp"

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace net {

struct Event::Inner {
  explicit Inner(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool set = false;
};

Event::Event(Loop& loop) : inner_(std::make_shared<Inner>(loop.executor())) {}
Event::~Event() = default;

Task<bool> Event::wait(Deadline deadline) {
  const auto keep = inner_;
  if (!keep->set) {
    keep->timer.expires_at(deadline);
    asio::error_code ignored;
    co_await keep->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return keep->set;
}

void Event::set() {
  inner_->set = true;
  inner_->timer.cancel();
}

void Event::reset() {
  inner_->set = false;
}

}  // namespace net
