// Desk: where the connections of one worker are counted and let in or not. Visit: what one connection counts for; it
// gives all of it back when it goes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admission/ledger.hpp"
#include "admission/settings.hpp"

namespace admission {

using Time = std::chrono::steady_clock::time_point;

enum class Limit { connections, client_connections, client_rate, handshakes };

// As the operator wrote it: "max.client_rate = 30/60s".
[[nodiscard]] std::string text_of(Limit limit, const Settings& settings);

struct Refusal {
  Limit limit = Limit::connections;
  std::size_t count = 0;   // what it would have become
  bool worth_line = true;  // false: a line about this limit and network was due less than a second ago
};

using Decision = std::optional<Refusal>;  // nothing: admitted, and counted

class Desk {
 public:
  // `ledger` outlives it; `account` is open, and no other process writes to it.
  Desk(Ledger& ledger, std::size_t account, const Settings& settings)
      : ledger_(ledger), account_(ledger.accounts[account]), settings_(settings) {}

  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  friend class Visit;
  using Place = std::array<std::size_t, rows>;  // a network's cells

  [[nodiscard]] std::size_t total(std::uint32_t Account::*field) const;
  [[nodiscard]] std::size_t connections_at(const Place& place) const;
  [[nodiscard]] Place place_of(std::string_view network) const;
  void count(const Place& place, std::uint32_t change);
  [[nodiscard]] std::size_t pay(const Place& place, Time now);  // what the rate's count has become; 0: it fits
  [[nodiscard]] Refusal refusal(Limit limit, std::size_t count, std::size_t whose, Time now);

  Ledger& ledger_;
  Account& account_;
  Settings settings_;
  std::array<Time, 1024> told_{};  // when the last line was due, by limit and network
};

class Visit {
 public:
  explicit Visit(Desk& desk) : desk_(desk) {}
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  // At accept.
  [[nodiscard]] Decision enter(Time now);
  // Once the client's network is known ("192.0.2.0/24"; any text that names it); once.
  [[nodiscard]] Decision identify(std::string_view network, Time now);
  [[nodiscard]] Decision begin_handshake(Time now);
  void end_handshake();

  [[nodiscard]] const Settings& settings() const { return desk_.settings_; }

 private:
  Desk& desk_;
  bool entered_ = false;
  bool shaking_hands_ = false;
  std::optional<Desk::Place> place_;
};

}  // namespace admission
