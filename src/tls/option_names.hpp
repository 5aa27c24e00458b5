// OpenSSL's options by the names that configurations of other servers have for them, without "SSL_OP_", or as a
// hexadecimal number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tls {

struct NamedOptions {
  std::uint64_t bits = 0;
  std::vector<std::string> unknown;  // words that name nothing
};

// Work-arounds for old peers that OpenSSL's SSL_OP_ALL switches on, as tls_disable_workarounds names them (or by the
// CVE that one causes).
[[nodiscard]] NamedOptions workarounds_named(const std::vector<std::string>& names);
[[nodiscard]] std::uint64_t all_workarounds();

// What tls_ssl_options may switch on.
[[nodiscard]] NamedOptions options_named(const std::vector<std::string>& names);

}  // namespace tls
