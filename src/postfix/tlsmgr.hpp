// The messages of tlsmgr(8), which remembers TLS sessions and makes the keys of session tickets for all processes of a
// Postfix. Pure; one request list, one reply list.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "postfix/attr.hpp"
#include "postfix/version.hpp"

namespace postfix {

// tlsmgr speaks first from 3.6 on: this list. Before, it says nothing.
[[nodiscard]] bool tlsmgr_greets(const Version& version);
[[nodiscard]] bool is_tlsmgr_greeting(const Attributes& list);

struct SessionPolicy {
  bool cachable = false;
  std::chrono::seconds timeout{0};  // of a session; 0 before 2.11
};

[[nodiscard]] std::string ask_policy(std::string_view cache_type);
[[nodiscard]] std::optional<SessionPolicy> policy_in(const Attributes& reply);

// The session of that id in the cache: its octets as they were stored; nothing when there is none.
[[nodiscard]] std::string ask_session(std::string_view cache_type, std::string_view cache_id);
[[nodiscard]] std::optional<std::string> session_in(const Attributes& reply);
[[nodiscard]] std::string store_session(std::string_view cache_type, std::string_view cache_id,
                                        std::string_view session);
[[nodiscard]] std::string forget_session(std::string_view cache_type, std::string_view cache_id);
// 0 in "status".
[[nodiscard]] bool is_success(const Attributes& reply);

// Under which name a server keeps a session: the session id (octets), the service it is for, OpenSSL's version number.
[[nodiscard]] std::string session_cache_id(std::string_view session_id, std::string_view service,
                                           unsigned long library_version);

inline constexpr std::size_t ticket_key_name_size = 16;

struct SharedTicketKey {
  base::Secret material;    // 16 octets of name, 32 of AES-256-CBC key, 32 of HMAC-SHA256 key
  std::int64_t expiry = 0;  // seconds since 1970; seals tickets until then
};

// An empty name: the key to seal with now.
[[nodiscard]] std::string ask_ticket_key(std::string_view name);
// Nothing for failures, and for keys of another form (2.11 with AES-128).
[[nodiscard]] std::optional<SharedTicketKey> ticket_key_in(const Attributes& reply);

}  // namespace postfix
