#include "session/handoff_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "session/ucspi_facts.hpp"

namespace session {
namespace {

constexpr std::string_view magic = "ehlock hand-over 3";
constexpr std::size_t longest_name = 512;
constexpr char between = '\0';

enum Field {
  field_magic,
  delayed,
  proxy,
  drains,
  idle,
  handshake,
  mail,
  mail_session,
  mail_wait,
  client_ip,
  client_port,
  server_ip,
  server_port,
  name,
  id,
  fields
};

std::optional<std::chrono::seconds> seconds_in(std::string_view text) {
  const auto number = base::number<unsigned>(text);
  if (!number || *number == 0 || std::chrono::seconds(*number) > longest_wait) return std::nullopt;
  return std::chrono::seconds(*number);
}

std::string text_of(const std::optional<std::chrono::seconds>& limit) {
  return limit ? std::to_string(limit->count()) : "";
}

// What text_of() makes; false for anything else.
bool read_limit(std::string_view text, std::optional<std::chrono::seconds>& limit) {
  limit = seconds_in(text);
  return limit || text.empty();
}

std::optional<bool> flag_in(std::string_view text) {
  if (text != "0" && text != "1") return std::nullopt;
  return text == "1";
}

}  // namespace

std::string encode(const HandOver& message) {
  const ClientIdentity& identity = message.identity;
  const HandedMail limits = message.mail.value_or(HandedMail{});
  const std::array<std::string, fields> all{std::string(magic),
                                            message.delayed ? "1" : "0",
                                            message.proxy ? "1" : "0",
                                            message.drains ? "1" : "0",
                                            std::to_string(message.idle.count()),
                                            std::to_string(message.handshake.count()),
                                            message.mail ? "1" : "0",
                                            text_of(limits.session),
                                            text_of(limits.wait),
                                            identity.client.host(),
                                            std::to_string(identity.client.port()),
                                            identity.server.host(),
                                            std::to_string(identity.server.port()),
                                            identity.name,
                                            identity.session_id};
  return fmt::format("{}", fmt::join(all, std::string_view(&between, 1)));
}

std::optional<HandOver> decode_hand_over(std::string_view message) {
  const auto parts = base::split(message, between);
  if (parts.size() != fields || parts[field_magic] != magic) return std::nullopt;
  const auto is_delayed = flag_in(parts[delayed]);
  const auto has_proxy = flag_in(parts[proxy]);
  const auto hears = flag_in(parts[drains]);
  const auto idle_limit = seconds_in(parts[idle]);
  const auto handshake_limit = seconds_in(parts[handshake]);
  const auto is_mail = flag_in(parts[mail]);
  HandedMail limits;
  const bool limited = read_limit(parts[mail_session], limits.session) && read_limit(parts[mail_wait], limits.wait);
  const auto client = address_of(parts[client_ip], parts[client_port]);
  const auto server = address_of(parts[server_ip], parts[server_port]);
  const bool whole = is_delayed && has_proxy && hears && idle_limit && handshake_limit && client && server;
  if (!whole || !is_mail || !limited || parts[name].size() > longest_name || parts[id].size() > longest_name)
    return std::nullopt;
  HandOver decoded{*is_delayed, *has_proxy, *hears, *idle_limit, *handshake_limit, {}, {}};
  if (*is_mail) decoded.mail = limits;
  decoded.identity.client = *client;
  decoded.identity.server = *server;
  decoded.identity.name = base::escaped(parts[name], longest_name);
  decoded.identity.session_id = base::escaped(parts[id], longest_name);
  return decoded;
}

std::string encode_variables(const std::vector<std::string>& variables) {
  std::string message;
  for (const auto& variable : variables) message.append(variable).append(1, between);
  return message;
}

std::vector<std::string> decode_variables(std::string_view message) {
  std::vector<std::string> variables;
  for (const std::string_view part : base::split(message, between)) {
    if (!part.empty()) variables.emplace_back(part);
  }
  return variables;
}

}  // namespace session
