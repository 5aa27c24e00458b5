#include "load_screen.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "load_listen.hpp"

namespace load {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view greeting = "protocol\0tlsproxy_protocol\0\0"sv;
constexpr std::string_view go_on =
    "status\0"
    "1\0\0"sv;

// One client. `near` is what is read at present: the client in clear, or the stream to tlsproxy.
struct Visit {
  enum class Stage : std::uint8_t { clear, greeted, status, inside };
  Stage stage = Stage::clear;
  int near = -1;
  int client = -1;  // while tlsproxy is asked
  std::string unread;
};

int unix_socket(const std::string& path, int kind, bool listens) {
  const int socket = ::socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  if (socket < 0 || path.size() >= sizeof at.sun_path) return -1;
  path.copy(static_cast<char*>(at.sun_path), path.size());
  const auto* address = reinterpret_cast<const sockaddr*>(&at);
  if ((listens ? ::bind(socket, address, sizeof at) : ::connect(socket, address, sizeof at)) == 0) return socket;
  ::close(socket);
  return -1;
}

void say(int socket, std::string_view text) {
  (void)!::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

// One octet with the descriptor beside it.
void pass(int stream, int passed) {
  char octet = 0;
  iovec data{&octet, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof passed)> room{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof passed);
  std::memcpy(CMSG_DATA(head), &passed, sizeof passed);
  (void)!::sendmsg(stream, &message, MSG_NOSIGNAL);
}

std::string peer_of(int client) {
  sockaddr_in from{};
  socklen_t size = sizeof from;
  (void)::getpeername(client, reinterpret_cast<sockaddr*>(&from), &size);
  return fmt::format("[127.0.0.1]:{}", ntohs(from.sin_port));
}

std::string request_for(int client) {
  return fmt::format("remote_endpoint{0}{1}{0}flags{0}1{0}timeout{0}300{0}timeout{0}300{0}serverid{0}smtpd{0}{0}", '\0',
                     peer_of(client));
}

class Screen {
 public:
  explicit Screen(const Options& options)
      : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), listener_(listen_on(options.port)) {}

  int run() {
    log_ = unix_socket(options_.postlog, SOCK_DGRAM, true);
    if (listener_ < 0 || log_ < 0 || ::chmod(options_.postlog.c_str(), 0666) != 0) return EXIT_FAILURE;
    watch(listener_);
    watch(log_);
    std::array<epoll_event, 64> events{};
    for (;;) {
      const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int at = 0; at < ready; ++at) serve(events.at(static_cast<std::size_t>(at)).data.fd);
    }
  }

 private:
  void watch(int socket) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.fd = socket;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &wanted);
  }

  void serve(int socket) {
    if (socket == listener_) return accept();
    if (socket == log_) return forget_line();
    const auto found = visits_.find(socket);
    if (found != visits_.end() && !advance(*found->second)) end(socket);
  }

  void accept() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    auto visit = std::make_unique<Visit>();
    visit->near = client;
    visits_.emplace(client, std::move(visit));
    watch(client);
    say(client, "220 bench.example.org ESMTP\r\n");
  }

  void forget_line() {
    std::array<char, 4096> room{};
    (void)!::recv(log_, room.data(), room.size(), 0);
  }

  void end(int socket) {
    const auto visit = visits_.extract(socket);
    ::close(visit.mapped()->near);
    if (visit.mapped()->client >= 0) ::close(visit.mapped()->client);
  }

  // False: the visit is over.
  bool advance(Visit& visit) {
    std::array<char, 4096> room{};
    const ssize_t count = ::recv(visit.near, room.data(), room.size(), 0);
    if (count <= 0) return false;
    visit.unread.append(room.data(), static_cast<std::size_t>(count));
    if (visit.stage == Visit::Stage::greeted) return ask(visit);
    if (visit.stage == Visit::Stage::status) return hand_over(visit);
    return converse(visit);
  }

  bool converse(Visit& visit) {
    const std::size_t end = visit.unread.find("\r\n");
    if (end == std::string::npos) return true;
    const std::string line = std::exchange(visit.unread, {}).substr(0, end);
    if (line == "STARTTLS" && visit.stage == Visit::Stage::clear) return approach(visit);
    const bool quits = line == "QUIT";
    const bool clear = visit.stage == Visit::Stage::clear;
    say(visit.near, quits ? "221 2.0.0 Bye\r\n" : clear ? "250-bench.example.org\r\n250 STARTTLS\r\n" : "250 yes\r\n");
    return !quits;
  }

  // The visit goes on under the stream's number.
  bool approach(Visit& visit) {
    const int stream = unix_socket(options_.handoff, SOCK_STREAM, false);
    if (stream < 0) return false;
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, visit.near, nullptr);
    auto moved = visits_.extract(visit.near);
    visit.client = std::exchange(visit.near, stream);
    visit.stage = Visit::Stage::greeted;
    moved.key() = stream;
    visits_.insert(std::move(moved));
    watch(stream);
    return true;
  }

  static bool ask(Visit& visit) {
    if (visit.unread.size() < greeting.size()) return true;
    if (std::exchange(visit.unread, {}) != greeting) return false;
    visit.stage = Visit::Stage::status;
    say(visit.near, request_for(visit.client));
    return true;
  }

  static bool hand_over(Visit& visit) {
    if (visit.unread.size() < go_on.size()) return true;
    if (std::exchange(visit.unread, {}) != go_on) return false;
    visit.stage = Visit::Stage::inside;
    pass(visit.near, visit.client);
    say(visit.client, "220 2.0.0 Ready to start TLS\r\n");
    ::close(std::exchange(visit.client, -1));
    return true;
  }

  const Options& options_;
  int epoll_;
  int listener_;
  int log_ = -1;
  std::unordered_map<int, std::unique_ptr<Visit>> visits_;
};

}  // namespace

int play_screen(const Options& options) {
  return Screen(options).run();
}

}  // namespace load
