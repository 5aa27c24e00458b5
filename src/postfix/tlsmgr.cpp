#include "postfix/tlsmgr.hpp"

#include <bit>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/text.hpp"

namespace postfix {
namespace {

constexpr std::size_t material_size = 80;
constexpr std::size_t expiry_size = 8;

std::optional<std::string> data_in(const Attributes& reply, std::string_view name) {
  const std::string* text = find(reply, name);
  return text == nullptr ? std::nullopt : base::from_base64(*text);
}

std::string request(std::string_view what, std::string_view cache_type, Attributes more) {
  Attributes list{{"request", std::string(what)}, {"cache_type", std::string(cache_type)}};
  for (Attribute& one : more) list.push_back(std::move(one));
  return encode(list);
}

// A time_t in the machine's own order.
std::int64_t number_in(std::string_view octets) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::size_t place = std::endian::native == std::endian::little ? i : octets.size() - 1 - i;
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(octets[i])) << (8 * place);
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace

bool tlsmgr_greets(const Version& version) {
  return version.at_least(3, 6);
}

bool is_tlsmgr_greeting(const Attributes& list) {
  return list == Attributes{{"protocol", "tlsmgr_protocol"}};
}

bool is_success(const Attributes& reply) {
  const std::string* status = find(reply, "status");
  return status != nullptr && *status == "0";
}

std::string ask_policy(std::string_view cache_type) {
  return request("policy", cache_type, {});
}

std::optional<SessionPolicy> policy_in(const Attributes& reply) {
  const std::string* cachable = find(reply, "cachable");
  const std::string* timeout = find(reply, "timeout");
  if (!is_success(reply) || cachable == nullptr) return std::nullopt;
  const auto seconds = timeout == nullptr ? 0 : int_of(*timeout).value_or(0);
  return SessionPolicy{int_of(*cachable).value_or(0) != 0, std::chrono::seconds(seconds < 0 ? 0 : seconds)};
}

std::string ask_session(std::string_view cache_type, std::string_view cache_id) {
  return request("lookup", cache_type, {{"cache_id", std::string(cache_id)}});
}

std::optional<std::string> session_in(const Attributes& reply) {
  if (!is_success(reply)) return std::nullopt;
  auto session = data_in(reply, "session");
  return session && session->empty() ? std::nullopt : session;
}

std::string store_session(std::string_view cache_type, std::string_view cache_id, std::string_view session) {
  return request("update", cache_type, {{"cache_id", std::string(cache_id)}, {"session", base::base64(session)}});
}

std::string forget_session(std::string_view cache_type, std::string_view cache_id) {
  return request("delete", cache_type, {{"cache_id", std::string(cache_id)}});
}

std::string session_cache_id(std::string_view session_id, std::string_view service, unsigned long library_version) {
  return fmt::format("{}&s={}&l={}", base::uppered(base::hex(session_id)), service, library_version);
}

std::string ask_ticket_key(std::string_view name) {
  return encode(Attributes{{"request", "tktkey"}, {"keyname", base::base64(name)}});
}

std::optional<SharedTicketKey> ticket_key_in(const Attributes& reply) {
  const auto octets = is_success(reply) ? data_in(reply, "keybuf") : std::nullopt;
  if (!octets || octets->size() != material_size + expiry_size) return std::nullopt;
  const std::string_view all = *octets;
  return SharedTicketKey{base::Secret(all.substr(0, material_size)), number_in(all.substr(material_size))};
}

}  // namespace postfix
