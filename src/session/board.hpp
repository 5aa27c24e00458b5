// Board: what the daemon's processes tell whoever watches, in memory they share: it outlives every worker, and every
// reload. The supervisor makes it; workers count in it; the exporter reads it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "session/tallies.hpp"

namespace session {

// How long handshakes took, in buckets for a histogram.
class Durations {
 public:
  static constexpr std::array<std::uint32_t, 12> bounds_ms{1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 30000};
  void add(std::chrono::microseconds took);
  // Of handshakes that took at most bounds_ms[bucket]; beyond the last: of all.
  [[nodiscard]] std::uint64_t up_to(std::size_t bucket) const;
  [[nodiscard]] std::chrono::microseconds sum() const { return std::chrono::microseconds(sum_us_); }

 private:
  std::array<std::atomic<std::uint64_t>, bounds_ms.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

// What happened since the service started and has no name but its own.
struct Sums {
  using Count = std::atomic<std::uint64_t>;
  Count refused{0};  // clients, by a limit
  Count early_talkers{0};
  Count messages{0};  // that the backend took
  Count recipients{0};
  Count received{0};  // octets of plaintext
  Count sent{0};
};

// A worker's own numbers, which go with it.
struct Place {
  std::atomic<bool> taken{false};
  std::atomic<std::uint64_t> active{0};  // sessions
};

struct Board {
  Tallies tallies;
  Sums sums;
  Durations handshakes;
  std::array<Place, 256> places{};
  std::atomic<std::int64_t> started{0};  // seconds since 1970, as are the others
  std::atomic<std::int64_t> reloaded{0};
  std::atomic<std::int64_t> ticket_keys_from{0};
  std::atomic<std::int64_t> backend_reached{0};
  std::atomic<std::int64_t> backend_missed{0};
  std::atomic<bool> draining{false};

  // A place for a worker that starts; the last one is shared when all are taken.
  [[nodiscard]] std::size_t take_place();
  // The worker is gone: its sessions too.
  void give_back(std::size_t place);
  [[nodiscard]] std::uint64_t active() const;   // sessions, of all workers
  [[nodiscard]] std::uint64_t workers() const;  // that run
};

// "connections=3 active=1 ..." for the log.
[[nodiscard]] std::string text_of(const Board& board);

[[nodiscard]] std::int64_t seconds_now();

}  // namespace session
