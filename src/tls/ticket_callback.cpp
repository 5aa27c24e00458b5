// Seals and opens session tickets: AES-256-CBC and HMAC-SHA256 (RFC 5077 §4), keys found by their public names.
#include "tls/ticket_callback.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "tls/connection.hpp"
#include "tls/shielded.hpp"

namespace tls {
namespace {

constexpr int initialisation_size = 16;  // of AES-CBC

bool whole(const TicketKey& key) {
  return key.material.size() == ticket_material_size;
}

std::string_view name_of(const TicketKey& key) {
  return key.material.reveal().substr(0, ticket_name_size);
}

std::string_view cipher_key_of(const TicketKey& key) {
  return key.material.reveal().substr(ticket_name_size, ticket_cipher_key_size);
}

bool start_mac(const TicketKey& key, EVP_MAC_CTX* mac) {
  const std::string_view secret = key.material.reveal().substr(ticket_name_size + ticket_cipher_key_size);
  std::string digest = "SHA256";
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_init(mac, octets(secret), secret.size(), parameters.data()) == 1;
}

// What the key of that name says of its time.
std::int64_t expiry(const TicketRing& ring, const unsigned char* name) {
  const TicketKey* key = find_ticket_key(ring, chars(name, ticket_name_size));
  return key != nullptr ? key->epoch : 0;
}

// NOLINTNEXTLINE(readability-function-size,readability-non-const-parameter): OpenSSL's shape
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
  const TicketRing* ring = Engine::Inner::of(ssl).context->tickets.get();
  if (ring == nullptr) return 0;
  const TicketSeal seal{name, iv, cipher, mac};
  Engine::Inner& connection = Engine::Inner::of(ssl);
  if (sealing == 1) {
    const int sealed = seal_ticket(*ring, seal);
    if (sealed == 1)
      connection.note(fmt::format("Issuing session ticket, key expiration: {}", expiry(*ring, name)), true);
    return sealed;
  }
  const int opened = open_ticket(*ring, seal);
  if (opened > 0) {
    connection.by_ticket = true;
    connection.note(fmt::format("Decrypting session ticket, key expiration: {}", expiry(*ring, name)), true);
  }
  // A TLS 1.3 ticket is for one use (RFC 8446 appendix C.4): whoever comes with one goes with a new one.
  return opened == 1 && SSL_version(ssl) == TLS1_3_VERSION ? 2 : opened;
}

}  // namespace

const TicketKey* find_ticket_key(const TicketRing& ring, std::string_view name) {
  const auto& keys = ring.keys();
  const auto has_name = [&](const TicketKey& each) { return whole(each) && name_of(each) == name; };
  const auto key = std::find_if(keys.begin(), keys.end(), has_name);
  return key != keys.end() ? &*key : nullptr;
}

int seal_ticket(const TicketRing& ring, const TicketSeal& seal) {
  if (ring.keys().empty() || !whole(ring.keys().front())) return 0;
  const TicketKey& key = ring.keys().front();
  if (RAND_bytes(seal.iv, initialisation_size) != 1) return -1;
  const std::string_view name = name_of(key);
  std::copy(name.begin(), name.end(), seal.name);
  const bool ready =
      EVP_EncryptInit_ex2(seal.cipher, EVP_aes_256_cbc(), octets(cipher_key_of(key)), seal.iv, nullptr) == 1;
  return ready && start_mac(key, seal.mac) ? 1 : -1;
}

int open_ticket(const TicketRing& ring, const TicketSeal& seal) {
  const TicketKey* key = find_ticket_key(ring, chars(seal.name, ticket_name_size));
  if (key == nullptr) return 0;
  const bool ready =
      EVP_DecryptInit_ex2(seal.cipher, EVP_aes_256_cbc(), octets(cipher_key_of(*key)), seal.iv, nullptr) == 1;
  if (!ready || !start_mac(*key, seal.mac)) return -1;
  return key == ring.keys().data() ? 1 : 2;
}

void use_ticket_ring(SSL_CTX* context) {
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, shielded<on_ticket, -1>);
}

}  // namespace tls
