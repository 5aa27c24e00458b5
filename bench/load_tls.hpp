// The client's TLS: one context for all sessions, and the tickets servers gave, each offered once more.
// Certificates are not verified: their cost is the client's, and the servers are our own.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "base/result.hpp"
#include "load_options.hpp"

#include "owned_openssl.hpp"

namespace load {

class TlsClient {
 public:
  // One connection: its SSL and what became of tickets in it. It must not move once open() has returned it.
  struct Connection {
    Ssl ssl;
    Ticket offered;
    bool renewed = false;
  };

  [[nodiscard]] static base::Result<std::unique_ptr<TlsClient>> make(const Options& options);

  // A connection on this socket, which stays the caller's. Null when OpenSSL has no memory.
  [[nodiscard]] std::unique_ptr<Connection> open(int socket);

  // After the last byte: says goodbye and keeps the ticket for another session where the server gave no newer one.
  void finish(Connection& connection);

 private:
  explicit TlsClient(const Options& options)
      : name_(options.name), resumed_(options.resumed), most_tickets_(2 * options.parallel) {}
  static int keep_new(SSL* ssl, SSL_SESSION* given);

  Context context_;
  std::string name_;
  bool resumed_;
  std::size_t most_tickets_;
  std::vector<Ticket> tickets_;
};

}  // namespace load
