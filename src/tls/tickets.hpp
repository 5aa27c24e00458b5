// Session ticket keys that need no server: the key of epoch n is HKDF(secret, "ehlock stek", n) (design.md §6). Every
// node with the same secret can resume what another began; keys change by the clock alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/secret.hpp"

namespace tls {

// 16 octets of name, 32 of AES-256-CBC key, 32 of HMAC-SHA256 key.
struct TicketKey {
  std::int64_t epoch = 0;
  base::Secret material;
};

inline constexpr std::chrono::seconds ticket_period{3600};

[[nodiscard]] std::int64_t ticket_epoch(std::chrono::system_clock::time_point now);

// Pure. `secret` has at least 32 octets.
[[nodiscard]] TicketKey derive_ticket_key(const base::Secret& secret, std::int64_t epoch);

// The keys a process needs now: of each secret epochs n-1, n, n+1 (clock skew), the first secret's n first: it
// encrypts, all decrypt.
[[nodiscard]] std::vector<TicketKey> current_ticket_keys(const std::vector<base::Secret>& secrets, std::int64_t epoch);

// The keys of one process, shared by all its contexts; replaced whole when the epoch changes.
class TicketRing {
 public:
  void replace(std::vector<TicketKey> keys) { keys_ = std::move(keys); }
  [[nodiscard]] const std::vector<TicketKey>& keys() const { return keys_; }

 private:
  std::vector<TicketKey> keys_;
};

}  // namespace tls
