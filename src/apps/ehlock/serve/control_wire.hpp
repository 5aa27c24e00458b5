// What the supervisor and a worker tell each other over their control channel, one datagram each. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tls/tickets.hpp"

namespace app {

// Supervisor -> worker.
struct NewTicketKeys {
  std::vector<tls::TicketKey> keys;
};
struct Finish {};  // accept no more, let the sessions end by themselves (a new generation serves from now on)
struct End {};     // accept no more, 421 to idle clients, end when the last session did
using Order = std::variant<NewTicketKeys, Finish, End>;

// Worker -> supervisor: "ready", with what the jail had to leave out, one a line; or "failed", with why.
struct Started {
  bool ready = false;
  std::string text;
};

[[nodiscard]] std::string encode(const Order& order);
[[nodiscard]] std::optional<Order> decode_order(std::string_view bytes);
[[nodiscard]] std::string encode(const Started& started);
[[nodiscard]] std::optional<Started> decode_started(std::string_view bytes);

}  // namespace app
