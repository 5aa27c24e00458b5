// Question: one thing to decide or to remember about a client, as keys and numbers: the same for the table in shared
// memory (table.hpp) and for a Redis server (script.hpp), and the same numbers come back from either. Each is one step
// that nothing can come between. Senders and recipients appear as hashes only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reputation/settings.hpp"

namespace reputation {

enum class Rule { arrive, greylist, report };
inline constexpr std::size_t rules = 3;

using Numbers = std::vector<std::int64_t>;

struct Question {
  Rule rule = Rule::arrive;
  std::vector<std::string> keys;
  Numbers numbers;
};

// Who a client is and what it wants to deliver. `network`: any text that names it ("192.0.2.0/24").
struct Delivery {
  std::string_view network;
  std::string_view sender;  // of MAIL, without <>
  std::string_view recipient;
};

// A client arrives: counts it. Keys: rate, errors, patience. Numbers: the rate's period, 0 for not counted. Comes back:
// arrivals, errors, 1 for one that waited for its greeting before.
[[nodiscard]] Question arrival(const Settings& settings, std::string_view network);

// A recipient is named. Keys: triplet, network. Numbers: delay, window, keep, pass_after. Comes back: a Greylisted
// state, and seconds.
[[nodiscard]] Question greylisting(const Settings& settings, const Delivery& delivery);

// What a session was like. Keys: errors, patience. Numbers: errors to add, their period, time to remember its patience
// for. Comes back: the errors now.
struct Conduct {
  std::size_t errors = 0;
  bool patient = false;
};
[[nodiscard]] Question report(const Settings& settings, std::string_view network, Conduct conduct);

struct Standing {
  std::size_t arrivals = 0;  // within client_rate's period, this one too
  std::size_t errors = 0;    // within client_errors' period
  bool patient = false;
};
// Nothing: these are not the numbers of an answer.
[[nodiscard]] std::optional<Standing> standing_of(const Numbers& numbers);

struct Greylisted {
  enum class State {
    wait,     // seconds: how much longer
    came,     // it came again in time; seconds: after how long
    known,    // it has before
    trusted,  // its network has, often enough
  };
  State state = State::wait;
  std::size_t seconds = 0;
};
[[nodiscard]] std::optional<Greylisted> greylisted_of(const Numbers& numbers);

// "wait", "came", "known", "trusted".
[[nodiscard]] std::string_view text_of(Greylisted::State state);

// What of a mailbox is compared: lower case, without "+detail", with runs of digits as one #: lists and bounces number
// their senders anew for each message.
[[nodiscard]] std::string same_mailbox(std::string_view mailbox);

// Whether mail to it passes whoever sends it (RFC 5321 §4.5.1).
[[nodiscard]] bool is_postmaster(std::string_view recipient);

}  // namespace reputation
