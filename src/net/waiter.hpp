// Waiter: waits for readiness of descriptors with a deadline. A deadline that passed can only end the wait it was set
// for, never the next one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "net/loop.hpp"
#include "net/pause.hpp"
#include "net/task.hpp"

namespace net {

enum class Direction { read, write };
enum class Ready { yes, timed_out, cancelled };
[[nodiscard]] constexpr Ready readiness(int rang) {
  if (rang == 0) return Ready::yes;
  return rang == -1 ? Ready::timed_out : Ready::cancelled;
}
[[nodiscard]] constexpr int which(int rang) {
  return rang;
}

// One descriptor and the loop. Does not own it; must go before it is closed. The kernel is told of it once, at the
// first wait, and reports changes only (EPOLLET); what was reported is asked again with poll(2) before a wait relies on
// it.
class Waiter {
 public:
  Waiter(Loop& loop, int fd) : loop_(loop), fd_(fd) {}
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Ready without waiting when the descriptor is ready now. Files are always ready; where the kernel has no memory to
  // watch one more, the wait ends as timed out.
  [[nodiscard]] Wait<readiness> wait(Direction direction, Deadline deadline);

  // Optional: reading or writing has just met EAGAIN, or read a socket empty. Saves the next wait a question.
  void exhausted(Direction direction);
  // Whether reading would meet EAGAIN for all that the kernel reported since exhausted(), or since the beginning: the
  // first wait hears at once what is there. What came after the last report is not known here.
  [[nodiscard]] bool is_exhausted() const { return sides_[0].exhausted; }
  // Makes is_exhausted() false until exhausted().
  void doubt() { sides_[0].exhausted = false; }
  // The peer sends no more, or there was an error: no report will follow, so that reading must go on until it meets
  // the end.
  [[nodiscard]] bool has_hung_up() const { return hung_up_; }

  // The descriptor is about to be closed here and everywhere else: the kernel forgets it by itself.
  void forget();

  // Ends every wait on this descriptor as cancelled; or those in one direction.
  void cancel();
  void cancel(Direction direction) { side(direction).bell.dismiss(); }

  [[nodiscard]] Loop& loop() { return loop_; }

  // For the loop: what epoll reported.
  void notice(std::uint32_t events);

 private:
  friend Wait<which> wait_readable_either(Waiter& a, Waiter& b, Deadline deadline);

  struct Side {
    Bell bell;
    bool changed = false;   // since a wait, or EAGAIN, last found it not ready
    bool exhausted = true;  // and nothing was reported since, or ever
  };

  // What a wait would end by; nothing: it must wait.
  [[nodiscard]] std::optional<Ready> look(Direction direction);
  [[nodiscard]] std::optional<Ready> register_for(Direction direction);
  [[nodiscard]] Side& side(Direction direction) { return sides_[direction == Direction::read ? 0 : 1]; }

  Loop& loop_;
  int fd_;
  std::uint32_t events_ = 0;  // what the kernel watches for; 0: not told yet
  bool hung_up_ = false;
  std::array<Side, 2> sides_;  // reading, writing
};

// Which of two is readable first: 0 for a, 1 for b, -1 when the deadline passed, -2 when either was cancelled. Both may
// be.
[[nodiscard]] Wait<which> wait_readable_either(Waiter& a, Waiter& b, Deadline deadline);

}  // namespace net
