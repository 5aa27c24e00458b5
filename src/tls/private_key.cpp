// PrivateKey: reading one, and showing its public half.
#include "tls/private_key.hpp"

#include <openssl/pem.h>

#include "tls/openssl.hpp"
#include "tls/public_half.hpp"

namespace tls {

PrivateKey::PrivateKey(evp_pkey_st* key) : key_(key, EVP_PKEY_free) {}

base::Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const BioPtr source = reading(pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr);
  if (key == nullptr) return fail_openssl("private key");
  ERR_clear_error();
  return PrivateKey(key);
}

std::string PrivateKey::public_der() const {
  return tls::public_der(raw());
}

std::string PrivateKey::kind() const {
  return key_kind(raw());
}

}  // namespace tls
