#include "load_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace load {
namespace {

constexpr int patience_ms = 30000;
using Clock = std::chrono::steady_clock;

}  // namespace

Load::Load(const Options& options, const Script& script, TlsClient& tls)
    : options_(options), script_(script), tls_(tls), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Load::~Load() {
  sessions_.clear();
  ::close(epoll_);
}

base::Result<Tally> Load::run(std::size_t sessions) {
  tally_ = {};
  const auto began = Clock::now();
  std::array<epoll_event, 256> events{};
  for (std::size_t started = 0; started < sessions || busy_ > 0;) {
    for (; started < sessions && busy_ < options_.parallel; ++started) start_one();
    if (busy_ == 0) continue;
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience_ms);
    if (ready == 0) return base::fail("nothing moved for 30 s; {} sessions done, {} open", tally_.done, busy_);
    for (int at = 0; at < ready; ++at) {
      const int socket = events.at(static_cast<std::size_t>(at)).data.fd;
      const auto found = sessions_.find(socket);
      if (found != sessions_.end()) settle(socket, *found->second);
    }
  }
  tally_.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return std::exchange(tally_, {});
}

std::size_t Load::release() {
  std::size_t dead = 0;
  for (const auto& [socket, session] : sessions_) dead += session->alive() ? 0 : 1;
  sessions_.clear();
  return dead;
}

void Load::start_one() {
  auto session = std::make_unique<Session>(script_, tls_, options_);
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
