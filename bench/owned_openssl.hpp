// Owning pointers to what the load generator and the floor take from OpenSSL.
#pragma once

#include <memory>

#include <openssl/ssl.h>

namespace load {

struct Freed {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_SESSION* ticket) const { SSL_SESSION_free(ticket); }
};
using Context = std::unique_ptr<SSL_CTX, Freed>;
using Ssl = std::unique_ptr<SSL, Freed>;
using Ticket = std::unique_ptr<SSL_SESSION, Freed>;

}  // namespace load
