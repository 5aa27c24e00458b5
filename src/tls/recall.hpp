// Sessions and ticket keys that somebody else remembers: a ClientHello that brings a session id, or a ticket sealed by
// a key that is not in the ring, pauses the handshake once (Progress::want_session), so that it can be asked for
// without blocking. TLS 1.2 sessions only; those of TLS 1.3 are in their tickets.
#pragma once

#include <cstdint>
#include <string>

namespace tls {

enum class Remembered : std::uint8_t { session, ticket_key };

struct RecallRequest {
  Remembered kind = Remembered::session;
  std::string name;  // a session id of 1-32 octets, or the 16 octets of a key's name
};

struct NewSession {
  std::string id;   // 1-32 octets
  std::string der;  // SSL_SESSION
};

// A step of the handshake in the words OpenSSL has for it.
struct TraceLine {
  bool names_peer = false;  // logged with the peer's address in front
  std::string text;
};

}  // namespace tls
