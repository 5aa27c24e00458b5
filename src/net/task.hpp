// Task<T>: a coroutine of this program, begun when its caller awaits it and ended before its caller goes on. A task
// that never has to wait costs no detour through the loop.
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace net {

using Clock = std::chrono::steady_clock;  // monotonic (threat 54: time jumps)
using Deadline = Clock::time_point;

[[nodiscard]] inline Deadline after(Clock::duration limit) {
  return Clock::now() + limit;
}

// Thrown where nobody is left who could be told: the client's connection is gone. Caught in net::spawn only.
struct Disconnected {};

// What a task knows besides its result: who waits for it, and the exception it ended by.
class TaskState {
 public:
  struct End {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      // The caller may destroy the ended task, this object with it: nothing is touched afterwards.
      if (const std::coroutine_handle<> caller = ended.promise().caller_) caller.resume();
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] End final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { fault_ = std::current_exception(); }
  void resume_at_end(std::coroutine_handle<> caller) { caller_ = caller; }

 protected:
  void pass_on_fault() const {
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  std::coroutine_handle<> caller_;  // none while it runs within its caller's co_await
  std::exception_ptr fault_;
};

template <typename T>
class TaskResult : public TaskState {
 public:
  template <typename U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    pass_on_fault();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskResult<void> : public TaskState {
 public:
  void return_void() const noexcept {}
  void take() const { pass_on_fault(); }
};

// Awaited once, by its caller, whose frame outlives it; started on its own only by net::spawn. Not awaited, it never
// begins.
template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type : TaskResult<T> {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };

  struct Wait {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[nodiscard]] bool await_suspend(std::coroutine_handle<> caller) const {
      task.resume();
      if (task.done()) return false;
      task.promise().resume_at_end(caller);
      return true;
    }
    T await_resume() const { return task.promise().take(); }
    std::coroutine_handle<promise_type> task;
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  Wait operator co_await() && noexcept { return Wait{handle_}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace net
