// Tables of the digests and kinds of keys we sign with.
#include "keys/kinds.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/core_names.h>

namespace keys {

namespace {

struct Digest {
  const char* name;
  std::size_t octets;
};
constexpr std::array<Digest, 6> digests{
    {{"SHA256", 32}, {"SHA384", 48}, {"SHA512", 64}, {"SHA224", 28}, {"SHA1", 20}, {"MD5-SHA1", 36}}};

// An EC key whose file spells out the curve instead of naming it is no key for TLS (RFC 8422 §5.1.1), and such
// parameters have been an attack before (CVE-2020-0601).
std::string curve_unsuitability(const EVP_PKEY* key) {
  std::array<char, 80> name{};
  std::array<char, 80> encoding{};
  const bool known = EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) == 1;
  const bool said =
      EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, encoding.data(), encoding.size(), nullptr) == 1;
  if (!known || !said || std::string_view(encoding.data()) != OSSL_PKEY_EC_ENCODING_GROUP) {
    return "its curve is given by explicit parameters; a named curve is needed";
  }
  const std::string_view curve(name.data());
  if (curve == "prime256v1" || curve == "secp384r1" || curve == "secp521r1") return "";
  return fmt::format("its curve is {}; P-256, P-384 or P-521 is needed", curve);
}

}  // namespace

std::optional<std::size_t> digest_octets(std::string_view name, tls::SignatureKind kind) {
  if (name == "MD5-SHA1" && kind != tls::SignatureKind::rsa_pkcs1) return std::nullopt;
  const auto* const found =
      std::find_if(digests.begin(), digests.end(), [&](const Digest& digest) { return digest.name == name; });
  if (kind == tls::SignatureKind::ed25519 || found == digests.end()) return std::nullopt;
  return found->octets;
}

std::string digest_name(const EVP_MD* digest) {
  for (const Digest& known : digests) {
    if (EVP_MD_is_a(digest, known.name) == 1) return known.name;
  }
  return "";
}

bool fits(const EVP_PKEY* key, tls::SignatureKind kind) {
  const int type = EVP_PKEY_get_base_id(key);
  switch (kind) {
    case tls::SignatureKind::rsa_pkcs1:
    case tls::SignatureKind::rsa_pss:
      return type == EVP_PKEY_RSA;
    case tls::SignatureKind::ecdsa:
      return type == EVP_PKEY_EC;
    case tls::SignatureKind::ed25519:
      return type == EVP_PKEY_ED25519;
  }
  return false;
}

std::string unsuitability(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
      return "";
    case EVP_PKEY_EC:
      return curve_unsuitability(key);
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits >= 2048 && bits <= 4096) return "";
      return fmt::format("RSA of {} bits; 2048 to 4096 are needed", bits);
    }
    default: {
      const char* const type = EVP_PKEY_get0_type_name(key);
      return fmt::format("a key of type {}; RSA, ECDSA or Ed25519 is needed", type != nullptr ? type : "unknown");
    }
  }
}

}  // namespace keys
