#include "apps/shared/agenda.hpp"

#include <algorithm>

namespace app {

void Agenda::each(Clock::duration interval, const std::function<void()>& action) {
  in(interval, [this, interval, action] {
    action();
    each(interval, action);
  });
}

void Agenda::perform_due() {
  while (!entries_.empty() && entries_.begin()->first <= Clock::now()) {
    const auto action = std::move(entries_.begin()->second);
    entries_.erase(entries_.begin());
    action();
  }
}

int Agenda::until_next() const {
  if (entries_.empty()) return -1;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(entries_.begin()->first - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 3'600'000));
}

}  // namespace app
