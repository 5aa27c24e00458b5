// What may be known of a key: read by names, since a provider of ours need not use OpenSSL's numbers.
#include "tls/public_half.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/x509.h>

namespace tls {

std::string public_der(const EVP_PKEY* key) {
  if (key == nullptr) return {};
  const int size = i2d_PUBKEY(key, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  i2d_PUBKEY(key, &end);
  return der;
}

int curve_nid(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return NID_undef;
  const int nid = OBJ_txt2nid(name.data());
  return nid != NID_undef ? nid : EC_curve_nist2nid(name.data());
}

std::string key_kind(const EVP_PKEY* key) {
  if (key == nullptr) return "none";
  if (EVP_PKEY_is_a(key, "RSA") == 1) return fmt::format("RSA {}", EVP_PKEY_get_bits(key));
  if (EVP_PKEY_is_a(key, "RSA-PSS") == 1) return fmt::format("RSA-PSS {}", EVP_PKEY_get_bits(key));
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return "Ed25519";
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    const int nid = curve_nid(key);
    const char* nist = EC_curve_nid2nist(nid);
    return fmt::format("ECDSA {}", nist != nullptr ? nist : OBJ_nid2sn(nid));
  }
  const char* name = EVP_PKEY_get0_type_name(key);
  return name != nullptr ? name : "unknown";
}

std::string short_key_kind(const EVP_PKEY* key) {
  if (key == nullptr) return {};
  const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1;
  if (rsa) return fmt::format("RSA{}", EVP_PKEY_get_bits(key));
  if (EVP_PKEY_is_a(key, "EC") == 1) return fmt::format("EC{}", EVP_PKEY_get_bits(key));
  const char* name = EVP_PKEY_get0_type_name(key);
  return name != nullptr ? name : "";
}

}  // namespace tls
