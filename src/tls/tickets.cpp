// Ticket keys from a secret and the clock.
#include "tls/tickets.hpp"

#include <array>
#include <string>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "tls/openssl.hpp"
#include "tls/ticket_callback.hpp"

namespace tls {
namespace {

using KdfPtr = std::unique_ptr<EVP_KDF, FreedBy<EVP_KDF_free>>;
using KdfContextPtr = std::unique_ptr<EVP_KDF_CTX, FreedBy<EVP_KDF_CTX_free>>;

std::string info_of(std::int64_t epoch) {
  std::string info = "ehlock stek";
  const auto bits = static_cast<std::uint64_t>(epoch);
  for (int shift = 56; shift >= 0; shift -= 8) info += static_cast<char>((bits >> shift) & 0xff);
  return info;
}

// HKDF-SHA256 (RFC 5869) without salt: the secret is random already.
bool hkdf(base::Secret secret, std::string info, base::Secret& out) {
  const KdfPtr kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const KdfContextPtr context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
  if (!context) return false;
  std::string digest = "SHA256";
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end(),
  };
  auto* into = reinterpret_cast<unsigned char*>(out.data());
  return EVP_KDF_derive(context.get(), into, out.size(), parameters.data()) == 1;
}

}  // namespace

std::int64_t ticket_epoch(std::chrono::system_clock::time_point now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()) / ticket_period;
}

TicketKey derive_ticket_key(const base::Secret& secret, std::int64_t epoch) {
  TicketKey key{epoch, base::Secret(ticket_material_size)};
  // Nothing rather than a key of zeros, which anybody could guess.
  if (!hkdf(secret.copy(), info_of(epoch), key.material)) key.material = base::Secret();
  return key;
}

std::vector<TicketKey> current_ticket_keys(const std::vector<base::Secret>& secrets, std::int64_t epoch) {
  std::vector<TicketKey> keys;
  for (const base::Secret& secret : secrets) {
    for (const std::int64_t each : {epoch, epoch - 1, epoch + 1}) {
      TicketKey key = derive_ticket_key(secret, each);
      if (!key.material.empty()) keys.push_back(std::move(key));
    }
  }
  return keys;
}

}  // namespace tls
