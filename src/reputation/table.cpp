// The rules of script.cpp once more, on slots instead of a server's keys.
#include "reputation/table.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>

namespace reputation {
namespace {

using Slot = Table::Slot;
constexpr std::uint32_t has_come = std::numeric_limits<std::uint32_t>::max();  // instead of when it came first

std::uint64_t load(std::uint64_t& place) {
  return std::atomic_ref(place).load();
}

void store(std::uint64_t& place, std::uint64_t value) {
  std::atomic_ref(place).store(value);
}

std::uint32_t until_of(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32U);
}

std::uint64_t value_of(std::uint64_t until, std::uint32_t content) {
  return std::min<std::uint64_t>(until, std::numeric_limits<std::uint32_t>::max()) << 32U | content;
}

// One key of a table at one time.
class Entry {
 public:
  Entry(Table& table, std::string_view key, std::uint32_t now) : now_(now) {
    const std::uint64_t hash = admission::keyed_hash(table.key, key);
    bucket_ = &table.slots[hash % Table::buckets];
    name_ = hash | 1U;
    const auto found = std::find_if(bucket_->begin(), bucket_->end(), [&](Slot& s) { return load(s.name) == name_; });
    if (found != bucket_->end()) slot_ = &*found;
  }

  [[nodiscard]] std::optional<std::uint32_t> get() const {
    if (slot_ == nullptr) return std::nullopt;
    const std::uint64_t value = load(slot_->value);
    if (until_of(value) <= now_) return std::nullopt;
    return static_cast<std::uint32_t>(value);
  }

  void put(std::uint32_t content, std::int64_t keep) {
    if (slot_ == nullptr) take_slot();
    store(slot_->value, value_of(now_ + static_cast<std::uint64_t>(keep), content));
  }

  // As put(), but who is there already keeps its time.
  std::uint32_t add(std::int64_t more, std::int64_t keep) {
    const auto change = static_cast<std::uint32_t>(more);
    while (const auto before = get()) {
      std::uint64_t seen = load(slot_->value);
      const auto sum = static_cast<std::uint32_t>(seen) + change;
      if (std::atomic_ref(slot_->value).compare_exchange_strong(seen, value_of(until_of(seen), sum))) return sum;
    }
    put(change, keep);
    return change;
  }

 private:
  // The slot that would be free first. Whoever reads meanwhile finds it free, or of the old name and over.
  void take_slot() {
    slot_ = &*std::min_element(bucket_->begin(), bucket_->end(),
                               [](Slot& a, Slot& b) { return until_of(load(a.value)) < until_of(load(b.value)); });
    store(slot_->value, 0);
    store(slot_->name, name_);
  }

  std::uint32_t now_;
  std::uint64_t name_ = 0;
  std::array<Slot, Table::ways>* bucket_ = nullptr;
  Slot* slot_ = nullptr;
};

Numbers arrive(Table& table, const Question& question, std::uint32_t now) {
  const std::int64_t period = question.numbers[0];
  const std::int64_t count = period > 0 ? Entry(table, question.keys[0], now).add(1, period) : 0;
  const std::int64_t errors = Entry(table, question.keys[1], now).get().value_or(0);
  return {count, errors, Entry(table, question.keys[2], now).get() ? 1 : 0};
}

Numbers numbers_of(Greylisted::State state, std::int64_t time) {
  return {static_cast<std::int64_t>(state), time};
}

Numbers greylist(Table& table, const Question& question, std::uint32_t now) {
  using State = Greylisted::State;
  const std::int64_t delay = question.numbers[0];
  const std::int64_t keep = question.numbers[2];
  const std::int64_t pass_after = question.numbers[3];
  Entry network(table, question.keys[1], now);
  const auto came = network.get();
  if (pass_after > 0 && came.value_or(0) >= pass_after) {
    network.put(*came, keep);
    return numbers_of(State::trusted, 0);
  }
  Entry triplet(table, question.keys[0], now);
  const auto first = triplet.get();
  if (!first) {
    triplet.put(now, question.numbers[1]);
    return numbers_of(State::wait, delay);
  }
  if (*first == has_come) {
    triplet.put(has_come, keep);
    return numbers_of(State::known, 0);
  }
  const std::int64_t waited = static_cast<std::int64_t>(now) - *first;
  if (waited < delay) return numbers_of(State::wait, delay - waited);
  triplet.put(has_come, keep);
  network.put(came.value_or(0) + 1, keep);
  return numbers_of(State::came, waited);
}

Numbers report(Table& table, const Question& question, std::uint32_t now) {
  const std::int64_t errors = question.numbers[0];
  const std::int64_t patience = question.numbers[2];
  if (patience > 0) Entry(table, question.keys[1], now).put(1, patience);
  Entry entry(table, question.keys[0], now);
  return {errors > 0 ? entry.add(errors, question.numbers[1]) : entry.get().value_or(0)};
}

}  // namespace

Numbers answer(Table& table, const Question& question, std::uint32_t now) {
  switch (question.rule) {
    case Rule::arrive:
      return arrive(table, question, now);
    case Rule::greylist:
      return greylist(table, question, now);
    case Rule::report:
      break;
  }
  return report(table, question, now);
}

}  // namespace reputation
