// Event: coroutines wait for it, somebody sets it. For answers that arrive by another coroutine (key process,
// launcher).
#pragma once

#include <memory>

#include "net/loop.hpp"

namespace net {

class Event {
 public:
  explicit Event(Loop& loop);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // True when set before the deadline, also when it was set before the wait. One waiter at a time.
  [[nodiscard]] Task<bool> wait(Deadline deadline);
  void set();
  void reset();

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace net
