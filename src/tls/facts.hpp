// What a handshake found, and what a client offered when it found nothing: values for logs, headers and metrics.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tls {

// Why TLS was not established, or broke afterwards; the closed list of the project's logs and metrics.
enum class FailReason {
  none,
  no_shared_version,
  no_shared_cipher,
  no_shared_group,
  unknown_sni,
  client_alert,  // the client sent a fatal alert: alert number in Failure::alert
  not_tls,       // plaintext or HTTP where a ClientHello belongs
  timeout,
  eof_before_hello,
  eof_after_server_hello,  // the peer went away without a word after our flight
  cert_required,
  cert_rejected,
  internal,        // ours: key process, memory
  protocol_error,  // the peer broke the protocol (bad records, too many octets, key update floods); see the detail
  truncated,       // after the handshake: the stream ended without close_notify
};

// "no_shared_cipher".
[[nodiscard]] std::string_view name_of(FailReason reason);

struct Failure {
  FailReason reason = FailReason::none;
  int alert = 0;
  std::string detail;  // OpenSSL's words, for the log; printable
  // OpenSSL's error queue as its own programs print it: "error:0A00010B:SSL routines::wrong version number:FILE:LINE:".
  std::vector<std::string> queue = {};
  // "client_alert:48", "no_shared_cipher".
  [[nodiscard]] std::string text() const;
};

// From the ClientHello, for the log line of a failed handshake.
struct HelloFacts {
  std::vector<std::string> versions;  // "TLSv1.3", "0x7a7a" never (GREASE is left out)
  std::vector<std::uint16_t> ciphers;
  std::vector<std::uint16_t> groups;
  std::string sni;  // in lower case if it is a host name, else escaped
  bool seen = false;
  bool ticket = false;  // it had a session to resume
  // "TLSv1.2,TLSv1.3 ciphers=1301,1302,c02b groups=001d,0017 sni=mail.example", bounded to 400 bytes, escaped.
  [[nodiscard]] std::string text() const;
};

struct Facts {
  std::string protocol;  // "TLSv1.3"
  std::string cipher;    // "TLS_AES_128_GCM_SHA256"
  int bits = 0;
  int algorithm_bits = 0;
  std::string group;      // "X25519", "prime256v1"
  std::string signature;  // the server's: "ECDSA (prime256v1)", "RSA-PSS (2048 bits)"; empty when resumed
  std::string digest;     // "SHA256"
  std::string scheme;     // the same as RFC 8446 §4.2.3 names it: "rsa_pss_rsae_sha256"; TLS 1.2 and later
  std::string alpn;       // the protocol agreed on; empty: the client offered none
  std::string sni;
  bool sni_known = false;  // a certificate was chosen by it
  bool resumed = false;
  bool resumed_by_ticket = false;  // not by a session id
  bool client_certificate = false;
  bool client_verified = false;
  std::string certificate_key;        // the server's as HAProxy writes it: "EC256", "RSA2048"; empty when resumed
  std::string certificate_signature;  // how it was signed: "RSA-SHA256", "ecdsa-with-SHA256"; empty when resumed
  std::string client_subject;         // one line, RFC 2253
  std::string client_issuer;
  std::string client_common_name;
  std::string client_issuer_name;      // the issuer's common name, else its organisation
  std::string client_serial;           // hexadecimal
  std::string client_fingerprint;      // SHA-256 of the certificate, hexadecimal
  std::string client_key_fingerprint;  // SHA-256 of its public key (SubjectPublicKeyInfo), hexadecimal
  std::string client_signature;        // as `signature`
  std::string client_digest;

  // As Postfix writes it: "X25519", "ECDHE (prime256v1)", "DHE (2048 bits)"; empty when there was no key exchange.
  [[nodiscard]] std::string key_exchange() const;

  friend bool operator==(const Facts&, const Facts&) = default;
};

// Hexadecimal digits as Postfix and openssl(1) write a fingerprint: "AB:CD:...".
[[nodiscard]] std::string fingerprint_text(std::string_view hexadecimal);

}  // namespace tls
