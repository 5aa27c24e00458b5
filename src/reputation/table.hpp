// Table: what one machine remembers of clients, in memory of a fixed size that its workers share; zeroed memory is an
// empty one. A key is found by a keyed hash and lies in one of eight slots, each with the time it is good until; in a
// full bucket what would have ended first goes. So triplets that came once go before those that came again, and a flood
// of new ones cannot make the table forget who is known. Nothing is locked: a worker may die at any time, and two that
// meet in one slot at worst lose what one of them wrote.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "admission/hash.hpp"
#include "reputation/question.hpp"

namespace reputation {

// 16 MiB of addresses: a million keys.
struct Table {
  static constexpr std::size_t ways = 8;
  static constexpr std::size_t buckets = 131'072;

  struct Slot {
    std::uint64_t name;   // of its key: never 0 once used
    std::uint64_t value;  // 32 bits until when it is good, 32 bits of what it holds
  };

  admission::HashKey key;  // random, set before the first worker
  std::array<std::array<Slot, ways>, buckets> slots;
};

// What a server would answer; `now`: seconds of a clock that never goes back.
[[nodiscard]] Numbers answer(Table& table, const Question& question, std::uint32_t now);

}  // namespace reputation
