// PrivateKey: an EVP_PKEY behind a wall, so that no header outside tls/ and keys/ knows OpenSSL. Either a real key
// (tests, client side) or one whose private half is a message to the key process (keys/remote_key).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct evp_pkey_st;

namespace tls {

class PrivateKey {
 public:
  PrivateKey() = default;
  // Takes over one reference.
  explicit PrivateKey(evp_pkey_st* key);

  // PEM, PKCS#8 or traditional, without a password.
  [[nodiscard]] static base::Result<PrivateKey> from_pem(std::string_view pem);

  [[nodiscard]] evp_pkey_st* raw() const { return key_.get(); }
  [[nodiscard]] explicit operator bool() const { return key_ != nullptr; }

  // SubjectPublicKeyInfo in DER: what must be equal in a certificate that belongs to this key.
  [[nodiscard]] std::string public_der() const;
  // "ECDSA P-256", "RSA 2048", "Ed25519".
  [[nodiscard]] std::string kind() const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace tls
