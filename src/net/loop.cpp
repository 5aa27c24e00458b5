#include "net/loop.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace net {

struct Loop::Inner {
  // One thread, and everything happens on it: Asio needs no locks.
  asio::io_context context{ASIO_CONCURRENCY_HINT_UNSAFE};
};

Loop::Loop() : inner_(std::make_unique<Inner>()) {}
Loop::~Loop() = default;

void Loop::run() {
  inner_->context.run();
}
void Loop::stop() {
  inner_->context.stop();
}
asio::any_io_executor Loop::executor() {
  return inner_->context.get_executor();
}

Task<void> Loop::sleep_until(Deadline deadline) {
  asio::steady_timer timer(inner_->context, deadline);
  asio::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace net
