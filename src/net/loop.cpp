#include "net/loop.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "net/waiter.hpp"

namespace net {
namespace {

constexpr std::size_t events_at_once = 128;

// So many rounds among coroutines that wake each other, then the descriptors are looked at.
constexpr int rounds_at_once = 64;

void make_room(std::vector<std::coroutine_handle<>>& list, std::size_t size) {
  if (size > list.capacity()) list.reserve(std::max(size, 2 * list.capacity()));
}

std::uint64_t mark_of(int fd, std::uint32_t generation) {
  return (std::uint64_t{generation} << 32) | static_cast<std::uint32_t>(fd);
}

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(events_at_once) {
  spare_.reserve(events_at_once);
}

Loop::~Loop() {
  ready_.clear();
  while (!roots_.empty()) roots_.front().destroy();  // each takes itself off the list
}

void Loop::run() {
  running_now_ = true;
  while (!stopped_ && !roots_.empty()) {
    resume_ready();
    if (stopped_ || roots_.empty()) break;
    collect_events();
    pass_deadlines();
  }
  running_now_ = false;
}

void Loop::begin(std::coroutine_handle<> root) {
  running_now_ ? root.resume() : resume(root);
}

void Loop::resume_ready() {
  for (int round = 0; round < rounds_at_once && !ready_.empty(); ++round) {
    round_.swap(ready_);
    // By number: who waits again makes room in this list too.
    for (std::size_t i = 0; i < round_.size(); ++i) round_[i].resume();  // NOLINT(modernize-loop-convert): see above
    round_.clear();
  }
}

// Milliseconds until the first deadline, rounded up; without one: for ever.
int Loop::patience() const {
  if (!ready_.empty()) return 0;
  if (due_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

void Loop::collect_events() {
  const int count = ::epoll_wait(epoll_.get(), events_.data(), events_at_once, patience());
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    const Watch& watch = watches_[static_cast<std::uint32_t>(event.data.u64)];
    if (watch.waiter != nullptr && watch.generation == event.data.u64 >> 32) watch.waiter->notice(event.events);
  }
}

void Loop::pass_deadlines() {
  const Deadline now = Clock::now();
  while (!due_.empty() && due_.begin()->first <= now) due_.begin()->second->pass();
}

Task<void> Loop::sleep_until(Deadline deadline) {
  Pause pause(*this, deadline);
  (void)co_await pause;
}

// All who wait may have to go on at once, and that must not need memory: who wakes them could not be told of its lack.
Due::iterator Loop::expect(Deadline deadline, Pause& pause) {
  const std::size_t all = ready_.size() + due_.size() + 1;
  make_room(ready_, all);
  make_room(round_, all);
  if (spare_.empty()) return due_.emplace_hint(due_.end(), deadline, &pause);  // most deadlines are the latest so far
  Due::node_type node = std::move(spare_.back());
  spare_.pop_back();
  node.key() = deadline;
  node.mapped() = &pause;
  return due_.insert(due_.end(), std::move(node));
}

void Loop::forget(Due::iterator pause) {
  Due::node_type node = due_.extract(pause);
  if (spare_.size() < spare_.capacity()) spare_.push_back(std::move(node));
}

void Loop::drop(std::coroutine_handle<> coroutine) {
  const std::coroutine_handle<> nobody = std::noop_coroutine();
  std::replace(ready_.begin(), ready_.end(), coroutine, nobody);
  std::replace(round_.begin(), round_.end(), coroutine, nobody);
}

int Loop::watch(int fd, std::uint32_t events, Waiter& waiter) {
  const auto place = static_cast<std::size_t>(fd);
  if (place >= watches_.size()) watches_.resize(place + 1);
  Watch& watch = watches_[place];
  const bool again = watch.waiter == &waiter;
  if (!again) ++watch.generation;
  epoll_event event{};
  event.events = events | EPOLLET;
  event.data.u64 = mark_of(fd, watch.generation);
  if (::epoll_ctl(epoll_.get(), again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0) return errno;
  watch.waiter = &waiter;
  return 0;
}

void Loop::forget(int fd) {
  watches_[static_cast<std::size_t>(fd)].waiter = nullptr;
}

void Loop::unwatch(int fd) {
  forget(fd);
  epoll_event ignored{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &ignored);
}

}  // namespace net
