// bench_relay PORT BACKEND_PORT: the least that stands between a client and a backend: octets go both ways as they
// come, unread, in one process with one epoll(7). What a front costs that does more is compared with it.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "os/socket.hpp"

namespace {

constexpr std::uint32_t hung_up = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

struct Pair;

// One socket of a pair. The kernel reports changes only.
struct End {
  Pair& pair;
  os::UniqueFd socket;
  std::string unsent{};   // what it did not take
  bool readable = false;  // something was reported since it was read empty
  bool ending = false;    // it was reported to say no more: it is read until its end
  bool ended = false;
};

struct Pair {
  Pair(os::UniqueFd from, os::UniqueFd to) : client{*this, std::move(from)}, backend{*this, std::move(to)} {}

  End client;
  End backend;
  bool over = false;
};

End& opposite(const End& end) {
  return &end == &end.pair.client ? end.pair.backend : end.pair.client;
}

void send(End& to, std::string_view octets) {
  const ssize_t sent = ::send(to.socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
  if (sent < 0 && !os::would_block(errno)) to.pair.over = true;
  const auto taken = static_cast<std::size_t>(sent > 0 ? sent : 0);
  if (taken < octets.size()) to.unsent = octets.substr(taken);
}

// What the end says, until it says nothing now or the other one takes no more.
void pass_on(End& from) {
  static std::array<char, 16384> room;
  End& to = opposite(from);
  while (from.readable && !from.ended && to.unsent.empty() && !from.pair.over) {
    const ssize_t got = ::recv(from.socket.get(), room.data(), room.size(), 0);
    if (got < 0 && !os::would_block(errno)) from.pair.over = true;
    if (got > 0) send(to, {room.data(), static_cast<std::size_t>(got)});
    from.readable = got == static_cast<ssize_t>(room.size()) || (got > 0 && from.ending);
    from.ended = got == 0;
  }
  if (from.ended && to.unsent.empty()) ::shutdown(to.socket.get(), SHUT_WR);
}

void serve(End& end, std::uint32_t events) {
  End& to = opposite(end);
  end.readable = end.readable || (events & (EPOLLIN | hung_up)) != 0;
  end.ending = end.ending || (events & hung_up) != 0;
  if ((events & EPOLLOUT) != 0 && !end.unsent.empty()) {
    send(end, std::exchange(end.unsent, {}));
    pass_on(to);
  }
  if (end.readable) pass_on(end);
  end.pair.over = end.pair.over || (end.ended && to.ended && end.unsent.empty() && to.unsent.empty());
}

class Relay {
 public:
  Relay(os::UniqueFd listener, os::SocketAddress backend)
      : listener_(std::move(listener)), backend_(backend), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_.get(), EPOLLIN, nullptr);
  }

  void turn() {
    std::array<epoll_event, 128> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(count > 0 ? count : 0))) {
      auto* const end = static_cast<End*>(event.data.ptr);
      if (end == nullptr) {
        accept();
      } else if (!end->pair.over) {
        serve(*end, event.events);
        if (end->pair.over) over_.push_back(pairs_.extract(&end->pair));
      }
    }
    over_.clear();  // not before: there may have been events of the other end
  }

 private:
  using Pairs = std::unordered_map<const Pair*, std::unique_ptr<Pair>>;

  void watch(int socket, std::uint32_t what, End* end) {
    epoll_event wanted{};
    wanted.events = what;
    wanted.data.ptr = end;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &wanted);
  }

  void accept() {
    os::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    auto backend = os::start_connect(backend_);
    if (!client || !backend) return;
    os::set_no_delay(client.get());
    auto pair = std::make_unique<Pair>(std::move(client), std::move(*backend));
    for (End* const end : {&pair->client, &pair->backend}) {
      watch(end->socket.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, end);
    }
    const Pair* const at = pair.get();
    pairs_.emplace(at, std::move(pair));
  }

  os::UniqueFd listener_;
  os::SocketAddress backend_;
  os::UniqueFd epoll_;
  Pairs pairs_;
  std::vector<Pairs::node_type> over_;
};

// Of 127.0.0.1.
base::Result<os::SocketAddress> local(std::string_view port) {
  std::uint16_t number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return os::SocketAddress::ip("127.0.0.1", number);
}

int complain(std::string_view what) {
  fmt::print(stderr, "bench_relay: {}\n", what);
  return EXIT_FAILURE;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return complain("usage: bench_relay PORT BACKEND_PORT");
  const auto own = local(words[1]);
  const auto backend = local(words[2]);
  if (!own || !backend) return complain("no such port");
  auto listener = os::listen_on(*own, {});
  if (!listener) return complain(listener.error().text);
  Relay relay(std::move(*listener), *backend);
  for (;;) relay.turn();
}
