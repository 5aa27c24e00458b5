// Messages between a network process and the key process, one per datagram (docs/key-process.md). Pure. An unknown or
// malformed message ends whoever receives it (design.md §2).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tls/signing.hpp"

namespace keys {

inline constexpr std::size_t max_signature = 1024;  // RSA-4096 needs 512
inline constexpr std::size_t max_keys = 4096;

// Network process -> key process. There is no request to decrypt, and none to hand out a key (threat 28).
struct SignRequest {
  std::uint64_t id = 0;  // chosen by the asker, returned in the answer
  tls::SignatureRequest signature;
};

// Key process -> network process. An empty signature: refused (unknown key, or the kind does not fit the key).
struct SignAnswer {
  std::uint64_t id = 0;
  std::string signature;
};

[[nodiscard]] std::string encode(const SignRequest& request);
[[nodiscard]] std::string encode(const SignAnswer& answer);
[[nodiscard]] std::optional<SignRequest> decode_request(std::string_view bytes);
[[nodiscard]] std::optional<SignAnswer> decode_answer(std::string_view bytes);

// Key process -> supervisor, after loading: the public half of each key in the order of the files, in as many reports
// as packets they need, or why a key could not be loaded. Then nothing more is said on that channel.
struct LoadReport {
  std::vector<std::string> public_der;  // SubjectPublicKeyInfo, per key
  std::string error;                    // empty: all loaded
  bool more = false;                    // another report follows
};
[[nodiscard]] std::string encode(const LoadReport& report);
[[nodiscard]] std::optional<LoadReport> decode_report(std::string_view bytes);

// So many that each fits a packet; at least one.
[[nodiscard]] std::vector<LoadReport> reports_of(std::vector<std::string> public_ders);

// Public halves out of the reports that `next` gives, one packet at a call. An error: that of `next`, the one reported,
// or reports that make no sense.
[[nodiscard]] base::Result<std::vector<std::string>> gather_reports(
    const std::function<base::Result<std::string>()>& next);

}  // namespace keys
