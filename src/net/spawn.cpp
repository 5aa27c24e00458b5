#include "net/spawn.hpp"

#include <exception>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

namespace net {
namespace {

Task<void> guarded(Task<void> task, std::function<void(std::string_view)> failed) {
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
  asio::co_spawn(loop.executor(), guarded(std::move(task), std::move(failed)), asio::detached);
}

}  // namespace net
