#include "net/waiter.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include <cerrno>

namespace net {
namespace {

constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP;
constexpr std::uint32_t both = EPOLLHUP | EPOLLERR;

// What a look found, as the number of the bell that would have told it.
std::optional<int> rung_by(std::optional<Ready> found, int number) {
  if (!found) return std::nullopt;
  return *found == Ready::yes ? number : -1;
}

}  // namespace

Waiter::~Waiter() {
  if (events_ != 0) loop_.unwatch(fd_);
}

void Waiter::forget() {
  if (events_ != 0) loop_.forget(fd_);
  events_ = 0;
}

void Waiter::exhausted(Direction direction) {
  side(direction).changed = false;
  side(direction).exhausted = true;
}

void Waiter::cancel() {
  for (Side& side : sides_) side.bell.dismiss();
}

void Waiter::notice(std::uint32_t events) {
  hung_up_ = hung_up_ || (events & (EPOLLRDHUP | both)) != 0;
  for (const Direction direction : {Direction::read, Direction::write}) {
    const std::uint32_t mine = direction == Direction::read ? reading : std::uint32_t{EPOLLOUT};
    if ((events & (mine | both)) == 0) continue;
    side(direction).changed = true;
    side(direction).exhausted = false;
    side(direction).bell.ring();
  }
}

// Being told of a descriptor, epoll reports what it is ready for already.
std::optional<Ready> Waiter::register_for(Direction direction) {
  const std::uint32_t wanted = events_ | reading | (direction == Direction::write ? std::uint32_t{EPOLLOUT} : 0U);
  if (wanted == events_) return std::nullopt;
  const int error_number = loop_.watch(fd_, wanted, *this);
  if (error_number == EPERM) {
    side(direction).exhausted = false;
    return Ready::yes;
  }
  if (error_number != 0) return Ready::timed_out;
  events_ = wanted;
  return std::nullopt;
}

std::optional<Ready> Waiter::look(Direction direction) {
  const auto registered = register_for(direction);
  if (registered || !side(direction).changed) return registered;
  pollfd now{fd_, static_cast<short>(direction == Direction::read ? POLLIN | POLLRDHUP : POLLOUT), 0};
  if (::poll(&now, 1, 0) > 0) return Ready::yes;
  side(direction).changed = false;
  return std::nullopt;
}

Wait<readiness> Waiter::wait(Direction direction, Deadline deadline) {
  return {loop_, deadline, rung_by(look(direction), 0), &side(direction).bell};
}

Wait<which> wait_readable_either(Waiter& a, Waiter& b, Deadline deadline) {
  auto known = rung_by(a.look(Direction::read), 0);
  if (!known) known = rung_by(b.look(Direction::read), 1);
  return {a.loop_, deadline, known, &a.side(Direction::read).bell, &b.side(Direction::read).bell};
}

}  // namespace net
