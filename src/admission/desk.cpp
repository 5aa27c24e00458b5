// Counting comes before looking, so that two workers that let in at once see each other: at worst both refuse.
#include "admission/desk.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

#include <fmt/format.h>

namespace admission {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::seconds between_lines{1};

void add(std::uint32_t& value, std::uint32_t change) {
  std::atomic_ref(value).fetch_add(change);
}

std::uint32_t load(std::uint32_t& value) {
  return std::atomic_ref(value).load();
}

constexpr auto minus_one = static_cast<std::uint32_t>(-1);  // counts are added modulo 2^32

// A cell never lies in the past: what was saved up does not count. Returns what it has become.
std::int64_t advance(std::int64_t& cell, std::int64_t now, std::int64_t step) {
  const std::atomic_ref due(cell);
  std::int64_t seen = due.load();
  std::int64_t next = std::max(seen, now) + step;
  while (!due.compare_exchange_weak(seen, next)) next = std::max(seen, now) + step;
  return next;
}

}  // namespace

std::string text_of(Limit limit, const Settings& settings) {
  switch (limit) {
    case Limit::connections:
      return fmt::format("max.connections = {}", settings.connections);
    case Limit::client_connections:
      return fmt::format("max.client_connections = {}", settings.client_connections);
    case Limit::client_rate:
      return fmt::format("max.client_rate = {}/{}s", settings.client_rate.count, settings.client_rate.period.count());
    case Limit::handshakes:
      return fmt::format("max.handshakes = {}", settings.handshakes);
  }
  return "";
}

std::size_t Desk::total(std::uint32_t Account::*field) const {
  std::size_t sum = 0;
  const std::size_t in_use = std::min<std::size_t>(load(ledger_.accounts_in_use), most_accounts);
  for (std::size_t i = 0; i < in_use; ++i) sum += load(ledger_.accounts[i].*field);
  return sum;
}

std::size_t Desk::connections_at(const Place& place) const {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  const std::size_t in_use = std::min<std::size_t>(load(ledger_.accounts_in_use), most_accounts);
  for (const std::size_t cell : place) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < in_use; ++i) sum += load(ledger_.accounts[i].clients[cell]);
    least = std::min(least, sum);
  }
  return least;
}

Desk::Place Desk::place_of(std::string_view network) const {
  std::uint64_t hash = keyed_hash(ledger_.key, network);
  Place place{};
  for (std::size_t row = 0; row < rows; ++row, hash /= columns) place[row] = row * columns + hash % columns;
  return place;
}

void Desk::count(const Place& place, std::uint32_t change) {
  for (const std::size_t cell : place) add(account_.clients[cell], change);
}

// The generic cell rate algorithm: each connection moves the time when all is paid for by one step; more than `count`
// steps ahead of now is too many. What is refused is not paid for.
std::size_t Desk::pay(const Place& place, Time now) {
  const auto allowed = static_cast<std::int64_t>(settings_.client_rate.count);
  const std::int64_t step = nanoseconds(settings_.client_rate.period).count() / allowed;
  const std::int64_t present = nanoseconds(now.time_since_epoch()).count();
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const std::size_t cell : place) least = std::min(least, advance(ledger_.due[cell], present, step));
  const std::int64_t ahead = least - present;
  if (ahead <= allowed * step) return 0;
  for (const std::size_t cell : place) std::atomic_ref(ledger_.due[cell]).fetch_sub(step);
  return static_cast<std::size_t>((ahead + step - 1) / step);
}

// A flood of refused connections is not to become a flood of lines (threat 38).
Refusal Desk::refusal(Limit limit, std::size_t count, std::size_t whose, Time now) {
  Time& told = told_[(whose * 4 + static_cast<std::size_t>(limit)) % told_.size()];
  const bool due = told == Time{} || now - told >= between_lines;
  if (due) told = now;
  return {limit, count, due};
}

Visit::~Visit() {
  if (place_) desk_.count(*place_, minus_one);
  if (entered_) add(desk_.account_.connections, minus_one);
  end_handshake();
}

Decision Visit::enter(Time now) {
  entered_ = true;
  add(desk_.account_.connections, 1);
  const std::size_t count = desk_.total(&Account::connections);
  if (desk_.settings_.connections == 0 || count <= desk_.settings_.connections) return std::nullopt;
  return desk_.refusal(Limit::connections, count, 0, now);
}

Decision Visit::identify(std::string_view network, Time now) {
  const Settings& settings = desk_.settings_;
  place_ = desk_.place_of(network);
  desk_.count(*place_, 1);
  const std::size_t count = desk_.connections_at(*place_);
  if (settings.client_connections > 0 && count > settings.client_connections) {
    return desk_.refusal(Limit::client_connections, count, place_->front(), now);
  }
  if (settings.client_rate.count == 0) return std::nullopt;
  const std::size_t opened = desk_.pay(*place_, now);
  if (opened == 0) return std::nullopt;
  return desk_.refusal(Limit::client_rate, opened, place_->front(), now);
}

Decision Visit::begin_handshake(Time now) {
  if (shaking_hands_) return std::nullopt;
  shaking_hands_ = true;
  add(desk_.account_.handshakes, 1);
  const std::size_t count = desk_.total(&Account::handshakes);
  if (desk_.settings_.handshakes == 0 || count <= desk_.settings_.handshakes) return std::nullopt;
  end_handshake();
  return desk_.refusal(Limit::handshakes, count, 0, now);
}

void Visit::end_handshake() {
  if (!shaking_hands_) return;
  shaking_hands_ = false;
  add(desk_.account_.handshakes, minus_one);
}

}  // namespace admission
