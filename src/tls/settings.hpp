// What an operator may choose about TLS; each default is the advice.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tls {

enum class Version { tls1_0, tls1_1, tls1_2, tls1_3 };
enum class ClientCertificate { none, ask, require };

// How sessions are remembered beside tickets whose keys are at hand.
struct SessionMemory {
  bool ids = false;                // TLS 1.2 clients get a session id, even where nobody remembers it
  bool sessions_asked = false;     // whoever performs remembers sessions: Engine::handshake() may say want_session
  bool ticket_keys_asked = false;  // and may have the key of a ticket none of ours has sealed
  std::chrono::seconds lifetime{7200};
  std::string scope;  // the session id context, to share sessions with others; empty: made from the certificates
};

// What another server's configuration may ask for. Each default is the advice; some of the rest is less safe.
struct Leeway {
  std::vector<Version> left_out;      // between the lowest and the highest version
  std::optional<int> security_level;  // OpenSSL's; none: 2, or 0 below TLS 1.2
  bool old_signatures = false;        // SHA-1 and SHA-224 as well
  bool finite_field_dh = false;       // DHE, with parameters as strong as the key
  std::string dh_parameters;          // PEM; these instead
  std::uint64_t options = 0;          // OpenSSL's SSL_OP_ bits on top of ours
  bool no_certificate = false;        // clients whose name nothing has get none: anonymous ciphers only
  int verify_depth = 8;               // certificates above the client's own
  std::string more_ca;                // PEM: trusted like client_ca, but not announced
  bool trace = false;                 // Engine::take_trace() tells the handshake's steps
};

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
  // SHA-256 of the public keys (SubjectPublicKeyInfo) client certificates may be for, 64 lower-case hexadecimal digits
  // each; empty: any. With client_ca both must hold. Without, a listed key is enough: nobody need have signed it.
  std::vector<std::string> client_keys;
  // Whose these settings are: sessions made under one policy are not resumed under another, whatever the two have in
  // common.
  std::string policy;
  // Application protocols of ours (RFC 7301): a client that offers only others gets no_application_protocol (ALPACA,
  // CVE-2021-3618). Empty: whatever is offered is ignored, for wrappers of any protocol.
  std::vector<std::string> alpn = {"smtp", "esmtp"};
  SessionMemory memory;
  Leeway leeway;
};

struct ClientSettings {
  std::string server_name;  // SNI; empty: none is sent
  std::string ca;           // PEM; empty: nothing is verified (opportunistic, RFC 7435)
  Version min_version = Version::tls1_2;
  Version max_version = Version::tls1_3;
  std::string ciphers;
};

}  // namespace tls
