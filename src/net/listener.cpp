#include "net/listener.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "os/socket.hpp"

namespace net {
namespace {

constexpr std::chrono::milliseconds pause_without_descriptors{100};
constexpr std::chrono::hours until_somebody_comes{24};

bool out_of_resources(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS || error_number == ENOMEM;
}

}  // namespace

Listener::Listener(Loop& loop, os::UniqueFd socket)
    : loop_(loop), socket_(std::move(socket)), waiter_(std::make_unique<Waiter>(loop, socket_.get())) {
  os::set_no_delay(socket_.get());
}

std::optional<Accepted> Listener::accept_now() {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const int fd = ::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  exhausted_ = fd < 0 && out_of_resources(errno);
  if (fd < 0 && os::would_block(errno)) waiter_->exhausted(Direction::read);
  if (fd < 0) return std::nullopt;
  return Accepted{os::UniqueFd(fd), os::SocketAddress(reinterpret_cast<const sockaddr*>(&peer), size)};
}

Task<std::optional<Accepted>> Listener::accept() {
  while (!stopped_) {
    auto accepted = accept_now();
    if (accepted) co_return accepted;
    if (exhausted_) {
      co_await loop_.sleep_until(after(pause_without_descriptors));
    } else {
      (void)co_await waiter_->wait(Direction::read, after(until_somebody_comes));
    }
  }
  waiter_.reset();
  socket_.reset();
  co_return std::nullopt;
}

void Listener::stop() {
  stopped_ = true;
  if (waiter_) waiter_->cancel();
}

}  // namespace net
