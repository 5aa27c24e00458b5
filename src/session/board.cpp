#include "session/board.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace session {

void Durations::add(std::chrono::microseconds took) {
  const auto bound = std::find_if(bounds_ms.begin(), bounds_ms.end(),
                                  [&](std::uint32_t limit) { return took <= std::chrono::milliseconds(limit); });
  ++counts_.at(static_cast<std::size_t>(bound - bounds_ms.begin()));
  sum_us_ += static_cast<std::uint64_t>(took.count());
}

std::uint64_t Durations::up_to(std::size_t bucket) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i <= bucket && i < counts_.size(); ++i) sum += counts_.at(i);
  return sum;
}

std::size_t Board::take_place() {
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    if (!places.at(i).taken.exchange(true)) return i;
  }
  return places.size() - 1;
}

void Board::give_back(std::size_t place) {
  Place& one = places.at(place);
  one.taken = false;
  one.active = 0;
}

std::uint64_t Board::active() const {
  std::uint64_t sum = 0;
  for (const Place& place : places) sum += place.active;
  return sum;
}

std::uint64_t Board::workers() const {
  return static_cast<std::uint64_t>(
      std::count_if(places.begin(), places.end(), [](const Place& place) { return place.taken.load(); }));
}

std::string text_of(const Board& board) {
  const Tallies& tallies = board.tallies;
  const Sums& sums = board.sums;
  return fmt::format(
      "connections={} active={} refused={} early_talkers={} starttls={} handshakes={} resumed={} failed_handshakes={} "
      "messages={} recipients={} received={} sent={} backend_failures={} policy_requests={} policy_failures={}",
      tallies.sum("connections"), board.active(), sums.refused.load(), sums.early_talkers.load(),
      tallies.sum("starttls"), tallies.sum("handshakes"), tallies.sum("handshakes", "true"), tallies.sum("failures"),
      sums.messages.load(), sums.recipients.load(), sums.received.load(), sums.sent.load(),
      tallies.sum("backend", "failed"), tallies.sum("policy"), tallies.sum("policy", "unavailable"));
}

std::int64_t seconds_now() {
  using std::chrono::seconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<seconds>(now).count();
}

}  // namespace session
