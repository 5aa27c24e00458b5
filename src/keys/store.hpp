// Private keys in memory, and signing with them: what the key process does once it is jailed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "tls/private_key.hpp"
#include "tls/signing.hpp"

namespace keys {

class Store {
 public:
  // Adds private key `which` of those found in `pem` (RSA 2048-4096, ECDSA P-256/384/521, Ed25519; PKCS#8 or
  // traditional, no password); `origin` names the file in errors. Returns its number.
  [[nodiscard]] base::Result<std::uint32_t> add(const base::Secret& pem, const std::string& origin,
                                                std::size_t which = 0);

  [[nodiscard]] std::vector<std::string> public_ders() const;

  // RSA: some hundred times as much work as the other kinds.
  [[nodiscard]] bool is_slow(std::uint32_t key) const;
  // There are slow keys, and others that would have to wait for them.
  [[nodiscard]] bool is_mixed() const;

  // Signs; an error when the key is unknown, the kind does not fit it, or digest and data length do not fit each other.
  [[nodiscard]] base::Result<std::string> sign(const tls::SignatureRequest& request) const;

 private:
  std::vector<tls::PrivateKey> keys_;
};

}  // namespace keys
