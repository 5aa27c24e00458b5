// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): who the client of a connection really is, told
// by the front that accepted it, before the first byte of the connection itself. Strict both ways: a header that is not
// exactly right is a fault, never guessed at (threat 14, spoofing). Whether a peer may send one at all is the caller's
// rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace proxyproto {

inline constexpr std::size_t v1_limit = 107;                     // octets of a version 1 line, with its CRLF
inline constexpr std::size_t v2_body_limit = 4096;               // octets behind the 16 fixed ones: addresses and TLVs
inline constexpr std::size_t header_limit = 16 + v2_body_limit;  // no header is longer

// local: the sender speaks for itself (health check); the connection's own addresses hold.
enum class Command { local, proxy };
enum class Family { unspec, inet, inet6, unix_domain };

// One end. octets: 4 or 16 address octets in network order; for unix_domain the path (no padding; port 0).
struct Endpoint {
  std::string octets;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// The SSL TLV: what the sender's TLS found. Texts are printable (the certificate excepted), empty when not told.
struct Ssl {
  bool tls = true;                   // bit 0x01: the client came over TLS
  bool certificate = false;          // bit 0x02: it showed a certificate on this connection
  bool session_certificate = false;  // bit 0x04: ... at least once in this TLS session
  std::uint32_t verify = 1;          // 0: the certificate was verified
  std::string version;               // "TLSv1.3"
  std::string common_name;           // UTF-8, of the client certificate
  std::string cipher;
  std::string signature_algorithm;  // of the server's certificate: "SHA256"
  std::string key_algorithm;        // of the server's key: "RSA2048"
  std::string group;                // 0x26: "X25519"
  std::string signature_scheme;     // 0x27: "rsa_pss_rsae_sha256"
  std::string client_certificate;   // 0x28: DER
  // A verified client certificate. Not `verify == 0` alone: senders write 0 for "no certificate" too.
  [[nodiscard]] bool client_verified() const;
  friend bool operator==(const Ssl&, const Ssl&) = default;
};

// Empty means not told. Unknown types and NOOP are skipped when read.
struct Tlvs {
  std::string alpn;       // raw octets
  std::string authority;  // the name the client asked for (SNI)
  std::string unique_id;  // raw octets, at most 128
  std::string netns;
  std::optional<Ssl> ssl;
  bool checksum = false;  // read: a CRC32C was there and right; written: add one
  friend bool operator==(const Tlvs&, const Tlvs&) = default;
};

struct Header {
  Command command = Command::proxy;
  Family family = Family::unspec;
  Endpoint source;
  Endpoint destination;
  Tlvs tlvs;
  std::size_t size = 0;  // octets of the header as read; the connection's own bytes follow
  // True when source and destination replace the connection's addresses; false for LOCAL, UNKNOWN and UNSPEC.
  [[nodiscard]] bool told() const { return command == Command::proxy && family != Family::unspec; }
};

struct Parsed {
  enum class State { need_more, done, fault };
  State state = State::need_more;
  Header header;           // when done
  std::string_view fault;  // when fault: a fixed printable text
};

// Reads the header at the beginning of `bytes`. need_more for every true prefix of a good header; a fault as soon as no
// continuation can be good. Looks at no octet behind the header and never asks for more than header_limit.
[[nodiscard]] Parsed parse(std::string_view bytes);

// Whether `bytes` begin as a header of either version does, good or not.
[[nodiscard]] bool is_header(std::string_view bytes);

// A header for these two ends; 4 and 16 octets mixed become two of 16 (v4-mapped). Fails for any other size: without
// the true address a backend would take the client for the front itself (threat 9).
[[nodiscard]] base::Result<Header> between(Endpoint source, Endpoint destination);

// "PROXY TCP4 192.0.2.1 192.0.2.25 40000 25\r\n". LOCAL and unspec become "PROXY UNKNOWN\r\n"; fails for UNIX
// addresses, which version 1 cannot say.
[[nodiscard]] base::Result<std::string> write_v1(const Header& header);

// Version 2 with the TLVs that are set. A TLV text that is too long or not printable is left out whole: a cut name is
// another name. At most header_limit octets. Fails for addresses that do not fit the family.
[[nodiscard]] base::Result<std::string> write_v2(const Header& header);

}  // namespace proxyproto
