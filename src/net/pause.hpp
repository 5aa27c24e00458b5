// Pause and Bell: how a coroutine stops running, and what makes it go on. The loop alone resumes: whoever rings a bell
// runs on undisturbed.
#pragma once

#include <array>
#include <coroutine>
#include <map>
#include <optional>

#include "net/task.hpp"

namespace net {

class Bell;
class Loop;
class Pause;

// Suspended coroutines by the time at which they go on at the latest.
using Due = std::multimap<Deadline, Pause*>;

// One coroutine suspended until one of at most two bells rings or the deadline passes: the first ends the pause, the
// others find nothing left. A named object in the coroutine's frame, awaited once:
//   Pause pause(loop, deadline, &bell);
//   const int rang = co_await pause;  // the number of the bell, 0 or 1; -1: the deadline passed; -2: dismissed
class Pause {
 public:
  Pause(Loop& loop, Deadline deadline, Bell* first = nullptr, Bell* second = nullptr);
  ~Pause();
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  [[nodiscard]] int await_resume() noexcept;

  // For the loop: the deadline has passed.
  void pass() { end(-1); }

 private:
  friend class Bell;

  // One place among a bell's listeners.
  struct Ear {
    Bell* bell = nullptr;
    Ear* next = nullptr;
    Pause* pause = nullptr;
    int number = 0;
  };

  void end(int rang);
  void leave();

  Loop& loop_;
  Deadline deadline_;
  std::array<Ear, 2> ears_;
  std::coroutine_handle<> waiting_;   // while suspended
  std::coroutine_handle<> going_on_;  // from the end of the pause to its turn
  Due::iterator due_;                 // valid while suspended
  int rang_ = -1;
};

// One event that coroutines may wait for. Keeps nothing: who comes after it rang waits for the next time.
class Bell {
 public:
  Bell() = default;
  ~Bell() { dismiss(); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  // All who listen now go on.
  void ring();

  // All who listen now go on as if their deadlines had passed.
  void dismiss();

 private:
  friend class Pause;
  Pause::Ear* listeners_ = nullptr;
};

// A pause whose end means something: meaning(number of the bell, -1, or -2). What is known beforehand is not waited
// for. Awaited where it is made; no memory but its place in the frame of who waits:
//   const Ready ready = co_await waiter.wait(Direction::read, deadline);
template <auto meaning>
class [[nodiscard]] Wait {
 public:
  Wait(Loop& loop, Deadline deadline, std::optional<int> known, Bell* first, Bell* second = nullptr)
      : pause_(loop, deadline, first, second), known_(known) {}

  [[nodiscard]] bool await_ready() const noexcept { return known_.has_value(); }
  void await_suspend(std::coroutine_handle<> waiting) { pause_.await_suspend(waiting); }
  [[nodiscard]] auto await_resume() noexcept { return meaning(known_ ? *known_ : pause_.await_resume()); }

 private:
  Pause pause_;
  std::optional<int> known_;
};

}  // namespace net
