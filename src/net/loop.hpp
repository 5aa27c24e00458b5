// Loop: the event loop of one process, single-threaded. Made after fork and before the jail (design.md §2).
#pragma once

#include <functional>
#include <memory>

#include "net/task.hpp"

namespace net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop() was called, or nothing is left to wait for.
  void run();
  void stop();

  [[nodiscard]] asio::any_io_executor executor();

  // Waits until the deadline.
  [[nodiscard]] Task<void> sleep_until(Deadline deadline);

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace net
