// What an operator may choose about TLS; each default is the advice.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tls {

enum class Version { tls1_0, tls1_1, tls1_2, tls1_3 };
enum class ClientCertificate { none, ask, require };

struct ServerSettings {
  Version min_version = Version::tls1_2;  // below 1.2 SECLEVEL is lowered to 0 for this context (old printers)
  Version max_version = Version::tls1_3;
  std::string ciphers;       // OpenSSL list for TLS 1.2 and below; empty: ECDHE with AEAD only
  std::string ciphersuites;  // TLS 1.3; empty: AES-128-GCM, AES-256-GCM, CHACHA20
  // "X25519:P-256"; unknown names are skipped; empty: X25519, P-256, P-384 (and ML-KEM where there)
  std::string groups;
  bool client_order = false;  // the client's order of ciphers decides, not ours
  bool tickets = true;
  bool strict_sni = false;  // refuse names no certificate has (unrecognized_name), instead of the default certificate
  ClientCertificate client_certificate = ClientCertificate::none;
  std::string client_ca;  // PEM of the authorities client certificates must lead to
  // Application protocols of ours (RFC 7301): a client that offers only others gets no_application_protocol (ALPACA,
  // CVE-2021-3618). Empty: whatever is offered is ignored, for wrappers of any protocol.
  std::vector<std::string> alpn = {"smtp", "esmtp"};
};

struct ClientSettings {
  std::string server_name;  // SNI; empty: none is sent
  std::string ca;           // PEM; empty: nothing is verified (opportunistic, RFC 7435)
  Version min_version = Version::tls1_2;
  Version max_version = Version::tls1_3;
  std::string ciphers;
};

}  // namespace tls
