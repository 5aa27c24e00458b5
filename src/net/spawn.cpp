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
      place_ = loop_.roots().insert(loop_.roots().end(), handle());
    }
    ~promise_type() { loop_.roots().erase(place_); }
    promise_type(const promise_type&) = delete;
    promise_type& operator=(const promise_type&) = delete;

    [[nodiscard]] Root get_return_object() { return {handle()}; }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }

   private:
    std::coroutine_handle<> handle() { return std::coroutine_handle<promise_type>::from_promise(*this); }

    Loop& loop_;
    Loop::Roots::iterator place_;
  };

  std::coroutine_handle<> coroutine;
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
  const Root root = run_guarded(loop, std::move(task), std::move(failed));
  loop.begin(root.coroutine);
}

}  // namespace net
