#include "net/waiter.hpp"

#include <asio/io_context.hpp>
#include <asio/posix/descriptor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace net {

struct Waiter::Inner {
  Inner(asio::any_io_executor executor, int fd) : descriptor(executor, fd) {}
  ~Inner() { descriptor.release(); }
  asio::posix::stream_descriptor descriptor;
};

namespace {

using Descriptor = asio::posix::stream_descriptor;

// What a wait knows after its coroutine moved on: handlers queued by then find it here, not in a dead frame.
struct Race {
  explicit Race(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  int winner = -1;
  bool over = false;
};

Descriptor::wait_type wait_type_of(Direction direction) {
  return direction == Direction::read ? Descriptor::wait_read : Descriptor::wait_write;
}

void enter(const std::shared_ptr<Race>& race, Descriptor& descriptor, Direction direction, int number) {
  descriptor.async_wait(wait_type_of(direction), [race, number](const asio::error_code& fault) {
    if (race->over) return;
    // A cancelled wait wakes its coroutine, but does not win.
    const bool won = fault != asio::error::operation_aborted && race->winner < 0;
    if (won) race->winner = number;
    race->timer.cancel();
  });
}

}  // namespace

Waiter::Waiter(Loop& loop, int fd) : inner_(std::make_shared<Inner>(loop.executor(), fd)) {}

Waiter::~Waiter() {
  cancel();
}

void Waiter::cancel() {
  asio::error_code ignored;
  inner_->descriptor.cancel(ignored);
}

Task<Ready> Waiter::wait(Direction direction, Deadline deadline) {
  const auto keep = inner_;
  const auto race = std::make_shared<Race>(keep->descriptor.get_executor());
  race->timer.expires_at(deadline);
  enter(race, keep->descriptor, direction, 0);
  asio::error_code ignored;
  co_await race->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  race->over = true;
  if (race->winner == 0) co_return Ready::yes;
  keep->descriptor.cancel(ignored);
  co_return Ready::timed_out;
}

Task<int> wait_readable_either(Waiter& a, Waiter& b, Deadline deadline) {
  const auto first = a.inner_;
  const auto second = b.inner_;
  const auto race = std::make_shared<Race>(first->descriptor.get_executor());
  race->timer.expires_at(deadline);
  enter(race, first->descriptor, Direction::read, 0);
  enter(race, second->descriptor, Direction::read, 1);
  asio::error_code ignored;
  co_await race->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  race->over = true;
  if (race->winner != 0) first->descriptor.cancel(ignored);
  if (race->winner != 1) second->descriptor.cancel(ignored);
  co_return race->winner;
}

}  // namespace net
