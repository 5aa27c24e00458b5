// Event: coroutines wait for it, somebody sets it. For answers that arrive by another coroutine (key process,
// launcher).
#pragma once

#include "net/loop.hpp"
#include "net/pause.hpp"

namespace net {

[[nodiscard]] constexpr bool in_time(int rang) {
  return rang == 0;
}

class Event {
 public:
  explicit Event(Loop& loop) : loop_(loop) {}

  // True when set before the deadline, also when it was set before the wait. An event that goes ends its waits: false.
  [[nodiscard]] Wait<in_time> wait(Deadline deadline);
  void set();
  void reset() { set_ = false; }

 private:
  Loop& loop_;
  Bell bell_;
  bool set_ = false;
};

}  // namespace net
