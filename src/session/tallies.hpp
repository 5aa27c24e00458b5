// Tallies: counts by name, in memory that processes share: "handshakes" of which listener, version, resumed or not.
// Names are made of words from closed lists and from the configuration, never from what a client sent: there is room
// for a thousand. A process that dies while it counts leaves nothing locked.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace session {

// One count as it is read: the words of its name, the metric's first.
struct Tally {
  std::vector<std::string> words;
  std::uint64_t count = 0;
};

class Tallies {
 public:
  // Counts one; when all room is taken nothing, once more in lost().
  void add(std::initializer_list<std::string_view> words);

  // Those of one metric, in the order of their names. What another process wrote is not believed: words are cut and
  // made printable.
  [[nodiscard]] std::vector<Tally> of(std::string_view metric) const;
  // All of one metric, or those whose last word is `last`.
  [[nodiscard]] std::uint64_t sum(std::string_view metric, std::string_view last = {}) const;
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  static constexpr std::size_t most = 1024;
  static constexpr std::size_t longest_name = 119;
  enum State : std::uint32_t { unused, being_named, named };
  struct Slot {
    std::atomic<std::uint32_t> state{unused};
    std::array<char, longest_name + 1> name{};
    std::atomic<std::uint64_t> count{0};
  };
  [[nodiscard]] static bool take(Slot& slot, std::string_view name);

  std::array<Slot, most> slots_;
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace session
