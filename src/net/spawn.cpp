#include "net/spawn.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace net {

// A coroutine nobody waits for: on the loop's list from its making to its end, with which it is gone.
class Root {
 public:
  class promise_type {
   public:
    template <typename... Rest>
    explicit promise_type(Loop& loop, Aside* owner, Rest&... /*rest*/) : loop_(loop), owner_(owner) {
      place_ = loop_.roots().insert(loop_.roots().end(), handle());
      if (owner_ != nullptr) owner_->root_ = handle();
    }
    ~promise_type() {
      loop_.roots().erase(place_);
      if (owner_ != nullptr) owner_->root_ = nullptr;
    }
    promise_type(const promise_type&) = delete;
    promise_type& operator=(const promise_type&) = delete;

    [[nodiscard]] Root get_return_object() { return Root(handle()); }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }

   private:
    std::coroutine_handle<> handle() { return std::coroutine_handle<promise_type>::from_promise(*this); }

    Loop& loop_;
    Aside* owner_;
    Loop::Roots::iterator place_;
  };

  void begin(Loop& loop) const { loop.begin(coroutine_); }

 private:
  explicit Root(std::coroutine_handle<> coroutine) : coroutine_(coroutine) {}
  std::coroutine_handle<> coroutine_;
};

namespace {

// Before a task that failed is begun again.
constexpr std::chrono::milliseconds a_moment{100};

// So many failures, none of which was longer than that in coming: memory is not coming back, and whoever watches the
// process begins another.
constexpr int most_failures = 20;
constexpr std::chrono::seconds a_while{5};

Root run_guarded(Loop& /*loop*/, Aside* /*owner*/, Task<void> task, Failed failed) {
  try {
    co_await std::move(task);
  } catch (const Disconnected&) {
    co_return;
  } catch (const std::exception& fault) {
    failed(fault.what());
  }
}

Root run_for_ever(Loop& loop, Aside* /*owner*/, std::function<Task<void>()> begin, Failed failed) {
  Deadline began = Clock::now();
  for (int failures = 0; failures < most_failures; began = Clock::now()) {
    try {
      Task<void> task = begin();
      co_await std::move(task);
      co_return;
    } catch (const std::exception& fault) {
      failed(fault.what());
    }
    failures = Clock::now() - began < a_while ? failures + 1 : 1;
    co_await loop.sleep_until(after(a_moment));
  }
  std::terminate();
}

}  // namespace

void spawn(Loop& loop, Task<void> task, Failed failed) {
  run_guarded(loop, nullptr, std::move(task), std::move(failed)).begin(loop);
}

void keep(Loop& loop, std::function<Task<void>()> begin, Failed failed) {
  run_for_ever(loop, nullptr, std::move(begin), std::move(failed)).begin(loop);
}

void Aside::begin(Loop& loop, Task<void> task, Failed failed) {
  run_guarded(loop, this, std::move(task), std::move(failed)).begin(loop);
}

void Aside::end() {
  if (root_) root_.destroy();
}

}  // namespace net
