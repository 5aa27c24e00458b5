#include "net/stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace net {
namespace {

// One write that neither waits nor raises SIGPIPE on sockets (for pipes the process ignores it, threat 56). Learns from
// the first answer what the descriptor is: fstat(2) is not among the calls a jail allows.
ssize_t write_some(int fd, std::string_view bytes, int flags, bool& socket) {
  for (;;) {
    const ssize_t sent =
        socket ? ::send(fd, bytes.data(), bytes.size(), flags) : ::write(fd, bytes.data(), bytes.size());
    if (sent >= 0) return sent;
    if (errno == ENOTSOCK) socket = false;
    if (errno != EINTR && errno != ENOTSOCK) return sent;
  }
}

ssize_t read_some(int fd, std::span<char> into) {
  for (;;) {
    const ssize_t received = ::read(fd, into.data(), into.size());
    if (received >= 0 || errno != EINTR) return received;
  }
}

}  // namespace

Stream::Stream(Loop& loop, NonBlocking made)
    : readable_(std::move(made.socket)), read_waiter_(std::make_unique<Waiter>(loop, readable_.get())) {}

Stream::Stream(Loop& loop, os::UniqueFd both_ways) : Stream(loop, NonBlocking{std::move(both_ways)}) {
  (void)os::make_non_blocking(readable_.get());
}

Stream::Stream(Loop& loop, os::UniqueFd readable, os::UniqueFd writable)
    : readable_(std::move(readable)), writable_(std::move(writable)) {
  (void)os::make_non_blocking(readable_.get());
  (void)os::make_non_blocking(writable_.get());
  read_waiter_ = std::make_unique<Waiter>(loop, readable_.get());
  write_waiter_ = std::make_unique<Waiter>(loop, writable_.get());
}

Stream::~Stream() {
  close();
}

Stream& Stream::operator=(Stream&& other) noexcept {
  close();
  readable_ = std::move(other.readable_);
  writable_ = std::move(other.writable_);
  read_waiter_ = std::move(other.read_waiter_);
  write_waiter_ = std::move(other.write_waiter_);
  is_socket_ = other.is_socket_;
  send_flags_ = other.send_flags_;
  cut_ = other.cut_;
  return *this;
}

std::optional<Io> Stream::read_now(base::Buffer& into, std::size_t most) {
  if (!readable_) return Io::lost;
  if (cut_) return Io::end;
  if (read_waiter_->is_exhausted()) return std::nullopt;
  const auto space = into.prepare(most);
  const ssize_t received = read_some(readable_.get(), space);
  if (received > 0) {
    into.commit(static_cast<std::size_t>(received));
    const bool emptied = static_cast<std::size_t>(received) < space.size();
    if (emptied && reads_tell_emptiness() && !read_waiter_->has_hung_up()) read_waiter_->exhausted(Direction::read);
    return Io::done;
  }
  if (into.empty()) into.clear();
  if (received == 0) return Io::end;
  if (!os::would_block(errno)) return Io::lost;
  read_waiter_->exhausted(Direction::read);
  return std::nullopt;
}

std::optional<Io> Stream::read_present(base::Buffer& into, std::size_t most) {
  doubt();
  return read_now(into, most);
}

void Stream::doubt() {
  if (read_waiter_) read_waiter_->doubt();
}

Task<Io> Stream::read(base::Buffer& into, Deadline deadline, std::size_t most) {
  for (;;) {
    const auto now = read_now(into, most);
    if (now) co_return *now;
    const Ready ready = co_await read_waiter_->wait(Direction::read, deadline);
    if (ready != Ready::yes) co_return Io::timed_out;
  }
}

std::optional<std::size_t> Stream::write_now(std::string_view bytes) {
  if (!open() || cut_) return std::nullopt;
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t now = write_some(writable_fd(), bytes.substr(sent), send_flags_, is_socket_);
    if (now < 0) {
      if (!os::would_block(errno)) return std::nullopt;
      write_waiter().exhausted(Direction::write);
      return sent;
    }
    sent += static_cast<std::size_t>(now);
  }
  return sent;
}

Task<Io> Stream::write(std::string_view bytes, Deadline deadline) {
  for (;;) {
    const auto sent = write_now(bytes);
    if (!sent) co_return Io::lost;
    bytes.remove_prefix(*sent);
    if (bytes.empty()) co_return Io::done;
    const Ready ready = co_await write_waiter().wait(Direction::write, deadline);
    if (ready != Ready::yes) co_return Io::timed_out;
  }
}

void Stream::end_writing() {
  if (!writable_) {
    if (readable_) ::shutdown(readable_.get(), SHUT_WR);
    return;
  }
  ::shutdown(writable_.get(), SHUT_WR);  // no effect on a pipe
  write_waiter_.reset();
  writable_.reset();
}

void Stream::cut() {
  if (!readable_) return;
  const bool is_done = ::shutdown(readable_.get(), SHUT_RDWR) == 0;
  if (writable_) ::shutdown(writable_.get(), SHUT_RDWR);
  if (is_done) return;
  cut_ = true;
  interrupt();
}

void Stream::close() {
  if (read_waiter_) read_waiter_->forget();
  if (write_waiter_) write_waiter_->forget();
  read_waiter_.reset();
  write_waiter_.reset();
  readable_.reset();
  writable_.reset();
}

void Stream::interrupt() {
  if (read_waiter_) read_waiter_->cancel();
  if (write_waiter_) write_waiter_->cancel();
}

os::UniqueFd Stream::release() {
  read_waiter_.reset();
  write_waiter_.reset();
  writable_.reset();
  return std::move(readable_);
}

}  // namespace net
