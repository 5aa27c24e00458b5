// Waiter: waits for readiness of descriptors with a deadline. The one place where timers and descriptors meet: a
// deadline that passed can only end the wait it was set for, never the next one.
#pragma once

#include <memory>

#include "net/loop.hpp"
#include "net/task.hpp"

namespace net {

enum class Direction { read, write };
enum class Ready { yes, timed_out };

// One descriptor registered with the loop. Does not own it; must go before it is closed.
class Waiter {
 public:
  Waiter(Loop& loop, int fd);
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // One wait per direction at a time.
  [[nodiscard]] Task<Ready> wait(Direction direction, Deadline deadline);

  // Ends every wait on this descriptor as timed out.
  void cancel();

  struct Inner;

 private:
  friend Task<int> wait_readable_either(Waiter& a, Waiter& b, Deadline deadline);
  std::shared_ptr<Inner> inner_;
};

// Which of two is readable first: 0 for a, 1 for b, -1 when the deadline passed. Both may be.
[[nodiscard]] Task<int> wait_readable_either(Waiter& a, Waiter& b, Deadline deadline);

}  // namespace net
