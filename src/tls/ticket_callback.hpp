// Seals and opens session tickets with the keys of a TicketRing: what OpenSSL calls for each ticket.
#pragma once

#include <cstddef>
#include <string_view>

#include "tls/openssl.hpp"
#include "tls/tickets.hpp"

namespace tls {

inline constexpr std::size_t ticket_name_size = 16;
inline constexpr std::size_t ticket_cipher_key_size = 32;
inline constexpr std::size_t ticket_mac_key_size = 32;
inline constexpr std::size_t ticket_material_size = ticket_name_size + ticket_cipher_key_size + ticket_mac_key_size;

// What OpenSSL lends for one ticket.
struct TicketSeal {
  unsigned char* name;
  unsigned char* iv;
  EVP_CIPHER_CTX* cipher;
  EVP_MAC_CTX* mac;
};

// The whole key of that name (16 octets), or null.
[[nodiscard]] const TicketKey* find_ticket_key(const TicketRing& ring, std::string_view name);

// With the first key. 1; 0 when there is none; -1 on errors.
[[nodiscard]] int seal_ticket(const TicketRing& ring, const TicketSeal& seal);

// With the key of the ticket's name. 1; 2 when it was not the first key, so that the client gets a new ticket; 0 when
// no key has that name (the handshake is a full one then); -1 on errors.
[[nodiscard]] int open_ticket(const TicketRing& ring, const TicketSeal& seal);

// Installs the callback on a server context.
void use_ticket_ring(SSL_CTX* context);

}  // namespace tls
