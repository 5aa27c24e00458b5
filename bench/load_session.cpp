#include "load_session.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <openssl/err.h>

namespace load {
namespace {

std::string errno_text() {
  return std::generic_category().message(errno);
}

}  // namespace

Session::~Session() {
  if (connection_ != nullptr) SSL_set_shutdown(connection_->ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  if (socket_ >= 0) ::close(socket_);
}

int Session::start(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 || ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)) {
    (void)fail(errno_text());
    return -1;
  }
  return socket_;
}

Session::State Session::advance() {
  for (;;) {
    const Moved moved = step();
    if (moved == Moved::failed) return State::failed;
    if (moved == Moved::closed) return State::ended;
    if (moved == Moved::not_yet) return State::waiting;
    if (phase_ == Phase::holding) return State::held;
  }
}

bool Session::alive() const {
  char next = 0;
  return ::recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

Session::Moved Session::step() {
  switch (phase_) {
    case Phase::connecting:
      return connected();
    case Phase::handshaking:
      return shake_hands();
    case Phase::sending:
      return send();
    case Phase::receiving:
      return receive();
    case Phase::closing:
      return await_close();
    case Phase::holding:
      break;
  }
  return Moved::not_yet;
}

Session::Moved Session::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
    return fail(std::generic_category().message(error));
  }
  sockaddr_in peer{};
  socklen_t peer_size = sizeof peer;
  if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) return Moved::not_yet;
  if (implicit_) return begin_handshake();
  phase_ = Phase::receiving;
  return Moved::yes;
}

Session::Moved Session::begin_handshake() {
  connection_ = tls_.open(socket_);
  if (connection_ == nullptr) return fail("OpenSSL makes no connection");
  phase_ = Phase::handshaking;
  return Moved::yes;
}

Session::Moved Session::shake_hands() {
  const Moved moved = tls_result(SSL_do_handshake(connection_->ssl.get()), "handshake");
  if (moved == Moved::closed) return fail("the server closed in the handshake");
  if (moved != Moved::yes) return moved;
  resumed_ = SSL_session_reused(connection_->ssl.get()) == 1;
  phase_ = at_ == 0 ? Phase::receiving : Phase::sending;  // implicit TLS: the greeting comes first
  return Moved::yes;
}

// What the exchange at at_ sends.
void Session::prepare() {
  if (at_ == script_.exchanges.size()) {
    phase_ = hold_ ? Phase::holding : Phase::closing;
    return;
  }
  const Exchange& exchange = script_.exchanges[at_];
  unsent_ = exchange.text ? script_.block : std::string_view(exchange.command);
  blocks_left_ = exchange.text ? script_.blocks : 0;
  ending_ = false;
  phase_ = Phase::sending;
}

bool Session::more_to_send() {
  if (blocks_left_ == 0) return false;
  if (--blocks_left_ > 0)
    unsent_ = script_.block;
  else
    unsent_ = script_.end;
  return true;
}

Session::Moved Session::send() {
  while (!unsent_.empty() || more_to_send()) {
    const Moved moved = write_some();
    if (moved == Moved::closed) return fail("the server closed while it was written to");
    if (moved != Moved::yes) return moved;
  }
  phase_ = Phase::receiving;
  return Moved::yes;
}

Session::Moved Session::receive() {
  for (std::size_t from = 0;;) {
    const std::size_t end = unread_.find("\r\n", from);
    if (end == std::string::npos) break;
    const std::string_view line = std::string_view(unread_).substr(from, end - from);
    if (line.size() < 4 || line[3] == ' ') return replied(line);
    from = end + 2;
  }
  const Moved moved = read_some();
  if (moved == Moved::closed) return fail("the server closed before its reply");
  return moved;
}

Session::Moved Session::replied(std::string_view line) {
  const Exchange& exchange = script_.exchanges[at_];
  if (!line.starts_with(exchange.expected)) {
    return fail(fmt::format("{} wanted after {:.20}, came: {}", exchange.expected, exchange.command, line));
  }
  unread_.clear();
  ++at_;
  prepare();
  return exchange.then_tls ? begin_handshake() : Moved::yes;
}

Session::Moved Session::await_close() {
  unread_.clear();
  const Moved moved = read_some();
  if (moved == Moved::closed && connection_ != nullptr) tls_.finish(*connection_);
  return moved;
}

Session::Moved Session::read_some() {
  std::array<char, 4096> room{};
  if (connection_ != nullptr) {
    const int count = SSL_read(connection_->ssl.get(), room.data(), static_cast<int>(room.size()));
    if (count > 0) unread_.append(room.data(), static_cast<std::size_t>(count));
    return tls_result(count, "read");
  }
  const ssize_t count = ::recv(socket_, room.data(), room.size(), 0);
  if (count == 0) return Moved::closed;
  if (count < 0) return errno == EAGAIN ? Moved::not_yet : fail(errno_text());
  unread_.append(room.data(), static_cast<std::size_t>(count));
  return Moved::yes;
}

Session::Moved Session::write_some() {
  if (connection_ != nullptr) {
    const int count = SSL_write(connection_->ssl.get(), unsent_.data(), static_cast<int>(unsent_.size()));
    if (count > 0) unsent_.remove_prefix(static_cast<std::size_t>(count));
    return tls_result(count, "write");
  }
  const ssize_t count = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (count < 0) return errno == EAGAIN ? Moved::not_yet : fail(errno_text());
  unsent_.remove_prefix(static_cast<std::size_t>(count));
  return Moved::yes;
}

// A server that closes without close_notify, or with a reset after its last reply, has closed all the same.
Session::Moved Session::tls_result(int result, std::string_view what) {
  if (result > 0) return Moved::yes;
  const int error = SSL_get_error(connection_->ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Moved::not_yet;
  const unsigned long code = ERR_peek_error();
  const std::string text = code != 0 ? std::string(ERR_reason_error_string(code)) : errno_text();
  ERR_clear_error();
  if (error == SSL_ERROR_ZERO_RETURN || phase_ == Phase::closing) return Moved::closed;
  return fail(fmt::format("TLS {}: {}", what, text));
}

Session::Moved Session::fail(std::string_view what) {
  reason_ = what;
  return Moved::failed;
}

}  // namespace load
