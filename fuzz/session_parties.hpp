// For the targets of sessions that run over real sockets: a peer at the other end of a socket, and a script of octets
// that is performed turn by turn beside the session.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "log/sink.hpp"
#include "must.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "os/socket.hpp"

namespace fuzz {

// What is at the other end of a session's stream. Its socket holds little, so that back-pressure is met soon.
class Peer {
 public:
  // The session's end of the pair.
  [[nodiscard]] os::UniqueFd connect() {
    auto pair = os::make_socket_pair(SOCK_STREAM);
    must(pair.has_value());
    constexpr int small = 4096;
    for (const int fd : {pair->first.get(), pair->second.get()}) {
      must(::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
      must(os::make_non_blocking(fd).has_value());
    }
    fd_ = std::move(pair->first);
    return std::move(pair->second);
  }

  // As much as goes; returns how much.
  std::size_t say(std::string_view text) {
    if (!fd_) return 0;
    const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  // What has come, at most `most` octets.
  std::string hear(std::size_t most) {
    std::string text(fd_ ? most : 0, '\0');
    const ssize_t got = fd_ ? ::recv(fd_.get(), text.data(), text.size(), 0) : 0;
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  void end_writing() {
    if (fd_) (void)::shutdown(fd_.get(), SHUT_WR);
  }
  void close() { fd_.reset(); }
  [[nodiscard]] bool there() const { return static_cast<bool>(fd_); }

 private:
  os::UniqueFd fd_;
};

class NoLog final : public log::Sink {
 public:
  void write(log::Severity /*severity*/, std::string_view /*line*/) override {}
};

inline void broken(std::string_view /*fault*/) {
  std::abort();
}

// Calls `turn` until it returns false, each time after everything that can happen by then has happened.
inline net::Task<void> turns(net::Loop& loop, std::function<bool()> turn) {
  constexpr int enough = 3;
  for (bool more = true; more;) {
    for (int i = 0; i < enough; ++i) co_await loop.sleep_until(net::Clock::now());
    more = turn();
  }
}

}  // namespace fuzz
