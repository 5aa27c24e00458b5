// Loop: the event loop of one process, single-threaded, over epoll(7). Made after fork and before the jail (design.md
// §2).
#pragma once

#include <sys/epoll.h>

#include <coroutine>
#include <cstdint>
#include <list>
#include <vector>

#include "net/pause.hpp"
#include "net/task.hpp"
#include "os/fd.hpp"

namespace net {

class Waiter;

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop() was called, or no task is left.
  void run();
  void stop() { stopped_ = true; }

  // Waits until the deadline.
  [[nodiscard]] Task<void> sleep_until(Deadline deadline);

  // What follows is for the rest of this room.

  // Tasks on their own, which the loop destroys with itself when they have not ended by then.
  using Roots = std::list<std::coroutine_handle<>>;
  [[nodiscard]] Roots& roots() { return roots_; }

  // A task of its own: runs now if the loop does.
  void begin(std::coroutine_handle<> root);

  // The coroutine goes on in the loop's next round, or not after all.
  void resume(std::coroutine_handle<> coroutine) { ready_.push_back(coroutine); }
  void drop(std::coroutine_handle<> coroutine);

  [[nodiscard]] Due::iterator expect(Deadline deadline, Pause& pause);
  void forget(Due::iterator pause);

  // Events (EPOLLIN…, edge-triggered) of the descriptor go to the waiter from now on; again: of these events too. The
  // error number, or 0.
  [[nodiscard]] int watch(int fd, std::uint32_t events, Waiter& waiter);
  void unwatch(int fd);
  void forget(int fd);  // without telling the kernel

 private:
  // Whose a descriptor's events are. Events of an earlier holder of the number carry another generation: they are
  // nobody's.
  struct Watch {
    Waiter* waiter = nullptr;
    std::uint32_t generation = 0;
  };

  void resume_ready();
  void collect_events();
  void pass_deadlines();
  [[nodiscard]] int patience() const;

  os::UniqueFd epoll_;
  std::vector<epoll_event> events_;  // of one turn
  std::vector<Watch> watches_;       // by descriptor
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> round_;
  Due due_;
  std::vector<Due::node_type> spare_;  // for the next waits
  Roots roots_;
  bool running_now_ = false;
  bool stopped_ = false;
};

}  // namespace net
