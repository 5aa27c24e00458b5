// What the supervisor tells a worker over its control channel, one datagram each; the worker's answer is a Started.
// Pure.
#pragma once

#include <cstdint>
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
struct NewLog {};  // log lines go to the descriptor that comes with this
struct Kill {
  std::string session;  // as in the log
};
struct Trace {
  std::uint32_t seconds = 0;
  std::string network;  // its clients' dialogs are told, if they begin from now on
};
using Order = std::variant<NewTicketKeys, Finish, End, NewLog, Kill, Trace>;

[[nodiscard]] std::string encode(const Order& order);
[[nodiscard]] std::optional<Order> decode_order(std::string_view bytes);

}  // namespace app
