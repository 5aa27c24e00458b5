// Certificates made on the spot: for `./dev run`, whose users have none, and for tests.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace tls {

enum class KeyKind { ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa_2048, rsa_3072, rsa_4096, ed25519 };

struct SelfSigned {
  std::string chain_pem;
  std::string key_pem;  // PKCS#8
};

// A self-signed certificate for the names (DNS names or IP literals), valid from an hour ago for `lifetime`.
[[nodiscard]] base::Result<SelfSigned> make_self_signed(const std::vector<std::string>& names, KeyKind kind,
                                                        std::chrono::hours lifetime);

}  // namespace tls
