#include "net/waiter.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include <cerrno>

namespace net {
namespace {

constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP;
constexpr std::uint32_t both = EPOLLHUP | EPOLLERR;

}  // namespace

Waiter::~Waiter() {
  if (events_ != 0) loop_.unwatch(fd_);
}

void Waiter::cancel() {
  for (Side& side : sides_) side.bell.dismiss();
}

void Waiter::notice(std::uint32_t events) {
  for (const Direction direction : {Direction::read, Direction::write}) {
    const std::uint32_t mine = direction == Direction::read ? reading : std::uint32_t{EPOLLOUT};
    if ((events & (mine | both)) == 0) continue;
    side(direction).changed = true;
    side(direction).bell.ring();
  }
}

// Being told of a descriptor, epoll reports what it is ready for already.
Waiter::State Waiter::register_for(Direction direction) {
  const std::uint32_t wanted = events_ | reading | (direction == Direction::write ? std::uint32_t{EPOLLOUT} : 0U);
  if (wanted == events_) return State::not_yet;
  const int error_number = loop_.watch(fd_, wanted, *this);
  if (error_number == EPERM) return State::ready;
  if (error_number != 0) return State::hopeless;
  events_ = wanted;
  return State::not_yet;
}

Waiter::State Waiter::look(Direction direction) {
  const State registered = register_for(direction);
  if (registered != State::not_yet || !side(direction).changed) return registered;
  pollfd now{fd_, static_cast<short>(direction == Direction::read ? POLLIN | POLLRDHUP : POLLOUT), 0};
  if (::poll(&now, 1, 0) > 0) return State::ready;
  side(direction).changed = false;
  return State::not_yet;
}

Task<Ready> Waiter::wait(Direction direction, Deadline deadline) {
  const State state = look(direction);
  if (state == State::ready) co_return Ready::yes;
  if (state == State::hopeless) co_return Ready::timed_out;
  Pause pause(loop_, deadline, &side(direction).bell);
  const int rang = co_await pause;
  co_return rang == 0 ? Ready::yes : Ready::timed_out;
}

Task<int> wait_readable_either(Waiter& a, Waiter& b, Deadline deadline) {
  const auto first = a.look(Direction::read);
  if (first != Waiter::State::not_yet) co_return first == Waiter::State::ready ? 0 : -1;
  const auto second = b.look(Direction::read);
  if (second != Waiter::State::not_yet) co_return second == Waiter::State::ready ? 1 : -1;
  Pause pause(a.loop_, deadline, &a.side(Direction::read).bell, &b.side(Direction::read).bell);
  const int rang = co_await pause;
  co_return rang;
}

}  // namespace net
