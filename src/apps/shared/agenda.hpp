// Agenda: what is to be done later, by the monotonic clock.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <utility>

namespace app {

class Agenda {
 public:
  using Clock = std::chrono::steady_clock;

  void in(Clock::duration delay, std::function<void()> action) {
    entries_.emplace(Clock::now() + delay, std::move(action));
  }

  // Again and again, `interval` after each end.
  void each(Clock::duration interval, const std::function<void()>& action);

  // Does what is due. Actions may add to the agenda.
  void perform_due();

  // Milliseconds until the next entry, for poll(2); -1 when there is none.
  [[nodiscard]] int until_next() const;

 private:
  std::multimap<Clock::time_point, std::function<void()>> entries_;
};

}  // namespace app
