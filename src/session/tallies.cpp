#include "session/tallies.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "base/text.hpp"

namespace session {
namespace {

constexpr char between = '\x1f';

std::string joined(std::initializer_list<std::string_view> words) {
  std::string name;
  for (const auto word : words) {
    if (!name.empty()) name += between;
    name += word;
  }
  return name;
}

}  // namespace

// Whether the slot is the name's, now or from now on.
bool Tallies::take(Slot& slot, std::string_view name) {
  std::uint32_t state = unused;
  if (slot.state.compare_exchange_strong(state, being_named)) {
    std::copy(name.begin(), name.end(), slot.name.begin());
    slot.state = named;
    return true;
  }
  return state == named && name == slot.name.data();
}

void Tallies::add(std::initializer_list<std::string_view> words) {
  std::string name = joined(words);
  if (name.size() > longest_name) name.resize(longest_name);
  const std::size_t first = std::hash<std::string_view>{}(name) % most;
  for (std::size_t i = 0; i < most; ++i) {
    Slot& slot = slots_[(first + i) % most];
    if (!take(slot, name)) continue;
    ++slot.count;
    return;
  }
  ++lost_;
}

std::vector<Tally> Tallies::of(std::string_view metric) const {
  std::map<std::vector<std::string>, std::uint64_t> found;  // two processes may have named a slot each
  for (const Slot& slot : slots_) {
    if (slot.state != named) continue;
    const auto end = std::find(slot.name.begin(), slot.name.end() - 1, '\0');
    const std::string name(slot.name.begin(), end);
    std::vector<std::string> words;
    for (const auto word : base::split(name, between)) words.push_back(base::escaped(word));
    if (words.front() == metric) found[words] += slot.count;
  }
  std::vector<Tally> tallies;
  tallies.reserve(found.size());
  for (const auto& [words, count] : found) tallies.push_back({words, count});
  return tallies;
}

std::uint64_t Tallies::sum(std::string_view metric, std::string_view last) const {
  std::uint64_t sum = 0;
  for (const Tally& tally : of(metric)) sum += last.empty() || tally.words.back() == last ? tally.count : 0;
  return sum;
}

}  // namespace session
