#include "load_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace load {
namespace {

constexpr int patience_ms = 30000;
}  // namespace

Load::Load(const Options& options, const Script& script, TlsClient& tls)
    : options_(options), script_(script), tls_(tls), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Load::~Load() {
  sessions_.clear();
  ::close(epoll_);
}

std::optional<Load::Clock::time_point> Load::due(std::size_t number) const {
  if (options_.rate <= 0) return busy_ < options_.parallel ? std::optional(Clock::now()) : std::nullopt;
  const std::chrono::duration<double> after(static_cast<double>(number) / options_.rate);
  return began_ + std::chrono::duration_cast<Clock::duration>(after);
}

base::Result<Tally> Load::run(std::size_t sessions) {
  tally_ = {};
  began_ = Clock::now();
  std::array<epoll_event, 256> events{};
  for (std::size_t started = 0; started < sessions || busy_ > 0;) {
    std::optional<Clock::time_point> next;
    while (started < sessions && (next = due(started)) && *next <= Clock::now()) {
      start_one(*next);
      ++started;
    }
    if (busy_ == 0 && started == sessions) break;
    const bool timed = started < sessions && next;
    // Rounded down: the last part of a millisecond is spun away, not slept over.
    const auto left =
        timed ? std::chrono::duration_cast<std::chrono::milliseconds>(*next - Clock::now()).count() : patience_ms;
    const int ready =
        ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), std::max(0, static_cast<int>(left)));
    if (ready == 0 && !timed)
      return base::fail("nothing moved for 30 s; {} sessions done, {} open", tally_.done, busy_);
    for (int at = 0; at < ready; ++at) {
      const int socket = events.at(static_cast<std::size_t>(at)).data.fd;
      const auto found = sessions_.find(socket);
      if (found != sessions_.end()) settle(socket, *found->second);
    }
  }
  tally_.seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  return std::exchange(tally_, {});
}

std::size_t Load::release() {
  std::size_t dead = 0;
  for (const auto& [socket, session] : sessions_) dead += session->alive() ? 0 : 1;
  sessions_.clear();
  return dead;
}

void Load::start_one(Clock::time_point due) {
  auto session = std::make_unique<Session>(script_, tls_, options_, due);
  const int socket = session->start(options_.port);
  epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.fd = socket;
  if (socket < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &wanted) != 0) {
    ++tally_.failed;
    tally_.reason = session->reason();
    return;
  }
  ++busy_;
  sessions_.emplace(socket, std::move(session));
}

void Load::settle(int socket, Session& session) {
  const Session::State state = session.advance();
  if (state == Session::State::waiting) return;
  --busy_;
  if (state == Session::State::failed) {
    if (tally_.failed++ == 0) tally_.reason = session.reason();
  } else {
    count(session);
  }
  if (state == Session::State::held)
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  else
    sessions_.erase(socket);
}

void Load::count(const Session& session) {
  ++tally_.done;
  if (session.resumed()) ++tally_.resumed;
  tally_.latencies.push_back(std::chrono::duration<float, std::milli>(Clock::now() - session.started()).count());
}

}  // namespace load
