#include "apps/ehlock/serve/control_wire.hpp"

#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace app {
namespace {

constexpr std::size_t epoch_size = 8;
constexpr std::size_t material_size = 80;
constexpr char ticket_keys_kind = 'T';
constexpr char finish_kind = 'F';
constexpr char end_kind = 'E';
constexpr char new_log_kind = 'L';
constexpr char kill_kind = 'K';
constexpr char trace_kind = 'C';

std::string octets_of(std::int64_t epoch) {
  std::string octets;
  for (int shift = 56; shift >= 0; shift -= 8) octets += static_cast<char>((epoch >> shift) & 0xff);
  return octets;
}

std::int64_t epoch_in(std::string_view octets) {
  std::int64_t epoch = 0;
  for (const char octet : octets) epoch = (epoch << 8) | static_cast<unsigned char>(octet);
  return epoch;
}

std::string encode_keys(const NewTicketKeys& order) {
  std::string message(1, ticket_keys_kind);
  for (const auto& key : order.keys) {
    message += octets_of(key.epoch);
    message += key.material.reveal();
  }
  return message;
}

std::optional<Order> decode_keys(std::string_view bytes) {
  if (bytes.size() % (epoch_size + material_size) != 0) return std::nullopt;
  NewTicketKeys order;
  while (!bytes.empty()) {
    tls::TicketKey key;
    key.epoch = epoch_in(bytes.substr(0, epoch_size));
    key.material = base::Secret(bytes.substr(epoch_size, material_size));
    order.keys.push_back(std::move(key));
    bytes.remove_prefix(epoch_size + material_size);
  }
  return order;
}

// "C600 192.0.2.0/24"
std::string encode_trace(const Trace& trace) {
  return fmt::format("{}{} {}", trace_kind, trace.seconds, trace.network);
}

std::optional<Order> decode_trace(std::string_view bytes) {
  const auto space = bytes.find(' ');
  const auto seconds = base::number<std::uint32_t>(bytes.substr(0, space));
  if (space == std::string_view::npos || !seconds) return std::nullopt;
  return Trace{*seconds, std::string(bytes.substr(space + 1))};
}

}  // namespace

std::string encode(const Order& order) {
  if (std::holds_alternative<Finish>(order)) return std::string(1, finish_kind);
  if (std::holds_alternative<End>(order)) return std::string(1, end_kind);
  if (std::holds_alternative<NewLog>(order)) return std::string(1, new_log_kind);
  if (const auto* kill = std::get_if<Kill>(&order)) return kill_kind + kill->session;
  if (const auto* trace = std::get_if<Trace>(&order)) return encode_trace(*trace);
  return encode_keys(std::get<NewTicketKeys>(order));
}

std::optional<Order> decode_order(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  if (bytes.front() == ticket_keys_kind) return decode_keys(bytes.substr(1));
  if (bytes.front() == kill_kind) return Kill{std::string(bytes.substr(1))};
  if (bytes.front() == trace_kind) return decode_trace(bytes.substr(1));
  if (bytes.size() != 1) return std::nullopt;
  if (bytes.front() == finish_kind) return Finish{};
  if (bytes.front() == end_kind) return End{};
  if (bytes.front() == new_log_kind) return NewLog{};
  return std::nullopt;
}

}  // namespace app
