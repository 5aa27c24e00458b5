#include "net/spawn.hpp"

#include <coroutine>
#include <exception>
#include <utility>

namespace net {
namespace {

// A coroutine nobody waits for: on the loop's list from its making to its end, with which it is gone.
struct Root {
  class promise_type {
   public:
    template <typename... Rest>
    explicit promise_type(Loop& loop, Rest&... /*rest*/) : loop_(loop) {
      auto self = std::coroutine_handle<promise_type>::from_promise(*this);
      place_ = loop_.roots().insert(loop_.roots().end(), self);
      loop_.resume(self);
    }
    ~promise_type() { loop_.roots().erase(place_); }
    promise_type(const promise_type&) = delete;
    promise_type& operator=(const promise_type&) = delete;

    [[nodiscard]] Root get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }

   private:
    Loop& loop_;
    Loop::Roots::iterator place_;
  };
};

Root run_guarded(Loop& /*loop*/, Task<void> task, std::function<void(std::string_view)> failed) {
  try {
    co_await std::move(task);
  } catch (const Disconnected&) {
    co_return;
  } catch (const std::exception& fault) {
    failed(fault.what());
  }
}

}  // namespace

void spawn(Loop& loop, Task<void> task, std::function<void(std::string_view)> failed) {
  run_guarded(loop, std::move(task), std::move(failed));
}

}  // namespace net
