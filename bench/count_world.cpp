#include "count_world.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace count {
namespace {

constexpr std::size_t block = 16384;

// False: the connection is at its end. Appends what is there.
bool take(int socket, std::string& into) {
  std::array<char, block> room{};
  for (;;) {
    const ssize_t got = ::recv(socket, room.data(), room.size(), MSG_DONTWAIT);
    if (got <= 0) return got < 0;
    into.append(room.data(), static_cast<std::size_t>(got));
  }
}

bool say(int socket, std::string_view text) {
  return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(text.size());
}

}  // namespace

void Backend::turn() {
  for (;;) {
    os::UniqueFd fresh(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fresh) break;
    if (say(fresh.get(), "220 sink ESMTP\r\n")) connections_.push_back({std::move(fresh), "", false});
  }
  const auto gone = [](Connection& each) { return !serve(each); };
  connections_.erase(std::remove_if(connections_.begin(), connections_.end(), gone), connections_.end());
}

bool Backend::serve(Connection& connection) {
  const bool open = take(connection.socket.get(), connection.unread);
  std::string answer;
  std::size_t from = 0;
  for (;;) {
    const std::size_t end = connection.unread.find("\r\n", from);
    if (end == std::string::npos) break;
    answer += reply(connection, std::string_view(connection.unread).substr(from, end - from));
    from = end + 2;
  }
  connection.unread.erase(0, from);
  const bool said = answer.empty() || say(connection.socket.get(), answer);
  return open && said && !answer.starts_with("221");
}

std::string Backend::reply(Connection& connection, std::string_view line) {
  if (connection.text) {
    if (line != ".") return "";
    connection.text = false;
    return "250 2.0.0 taken\r\n";
  }
  const std::string_view verb = line.substr(0, 4);
  if (verb == "EHLO") return "250-sink\r\n250-PIPELINING\r\n250-SIZE\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n";
  if (verb == "QUIT") return "221 2.0.0 bye\r\n";
  connection.text = verb == "DATA";
  return connection.text ? "354 go on\r\n" : "250 2.0.0 fine\r\n";
}

void World::turn() {
  answer_questions();
  backend_.turn();
  drive_client();
}

void World::answer_questions() {
  pollfd asker{parts_.keys.asker, POLLIN, 0};
  while (::poll(&asker, 1, 0) == 1) {
    if (parts_.keys.service.one_turn()) parts_.over("the key process ended");
  }
}

void World::next_work() {
  if (tls_) {
    finished();
    ++work_;
  }
  if (work_ == parts_.works.size()) parts_.over("");
  auto tls = load::TlsClient::make(work());
  if (!tls) parts_.over(tls.error().text);
  tls_ = std::move(*tls);
  script_ = load::make_script(work());
  done_ = 0;
}

void World::begin_session() {
  if (!tls_ || done_ == parts_.warm_up + work().sessions) next_work();
  if (done_ == parts_.warm_up) begin();
  session_ = std::make_unique<load::Session>(script_, *tls_, work(), std::chrono::steady_clock::now());
  if (session_->start(work().port) < 0) parts_.over(session_->reason());
}

void World::drive_client() {
  if (!session_) begin_session();
  const auto state = session_->advance();
  if (state == load::Session::State::failed) parts_.over(session_->reason());
  if (state != load::Session::State::ended) return;
  const bool is_counted = done_ >= parts_.warm_up;
  if (is_counted && session_->resumed() != work().resumed)
    parts_.over("a session was resumed that should not be, or was not");
  ++done_;
  session_.reset();
  begin_session();
}

}  // namespace count
