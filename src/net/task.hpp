// Task<T>: a coroutine of this program. Forward names only, so that headers stay light.
#pragma once

#include <chrono>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

namespace net {

// Awaited by its caller, whose frame outlives it; started on its own only by net::spawn.
template <typename T>
using Task = asio::awaitable<T>;

using Clock = std::chrono::steady_clock;  // monotonic (threat 54: time jumps)
using Deadline = Clock::time_point;

[[nodiscard]] inline Deadline after(Clock::duration limit) {
  return Clock::now() + limit;
}

// Thrown where nobody is left who could be told: the client's connection is gone. Caught in net::spawn only.
struct Disconnected {};

}  // namespace net
