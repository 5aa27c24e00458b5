// Inside of the room: what one connection asks for and what it was told, and OpenSSL's callbacks for both.
#pragma once

#include <string>
#include <vector>

#include "tls/openssl.hpp"
#include "tls/recall.hpp"
#include "tls/settings.hpp"

namespace tls {

struct Recollection {
  RecallRequest request;
  bool asked = false;    // each connection asks once at most
  bool waiting = false;  // the handshake is paused for `request`
  std::string session_der;
  std::vector<NewSession> made;
};

// Only inside the ClientHello callback: true when the handshake must wait for what request() says.
[[nodiscard]] bool must_recall(SSL* ssl);

// Session ids, their lifetime and the callbacks of a server context.
void use_memory(SSL_CTX* context, const SessionMemory& memory);

}  // namespace tls
