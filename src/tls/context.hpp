// Context: settings and certificates made into what OpenSSL needs, once; sessions share it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tls/private_key.hpp"
#include "tls/settings.hpp"
#include "tls/tickets.hpp"

namespace tls {

class Engine;

// A certificate chain (leaf first) and its key.
struct Identity {
  std::string chain_pem;
  PrivateKey key;
  std::string origin;  // file, for messages
  // The names it is chosen by, instead of those in the certificate. None at all: only for clients whose name nothing
  // has.
  std::optional<std::vector<std::string>> names = {};
};

// What a certificate says of itself.
struct CertificateFacts {
  std::vector<std::string> names;  // DNS names of the subject alternative names, else the common name; lower case
  std::string serial;              // hexadecimal
  std::string subject;
  std::string issuer;
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
  std::string key_kind;    // "ECDSA P-256"
  std::string public_der;  // SubjectPublicKeyInfo
};

// The leaf of a PEM chain; an error names what is wrong with it.
[[nodiscard]] base::Result<CertificateFacts> read_certificate(std::string_view chain_pem);

// Whether OpenSSL can make a server of these settings: versions, ciphers, groups, authorities of clients.
[[nodiscard]] base::Result<void> check_settings(const ServerSettings& settings);

class Context {
 public:
  // Identities in order of preference; the first is the default for clients without (known) server name. Several with
  // the same names but another kind of key (ECDSA and RSA) are offered side by side. Errors: key and certificate do not
  // belong together, unknown cipher or group lists, no identity at all.
  [[nodiscard]] static base::Result<Context> server(const ServerSettings& settings,
                                                    const std::vector<Identity>& identities,
                                                    std::shared_ptr<const TicketRing> tickets);
  [[nodiscard]] static base::Result<Context> client(const ClientSettings& settings);

  // A new connection. The Context may go before its engines.
  [[nodiscard]] std::unique_ptr<Engine> start() const;

  struct Inner;

 private:
  std::shared_ptr<Inner> inner_;
};

}  // namespace tls
