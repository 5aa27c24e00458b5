// The question to a policy service (Postfix's SMTPD_POLICY_README): who wants to do what, as name=value lines and a
// blank line. A value can never end its line: one with CR, LF or NUL is sent empty, so that no client writes attributes
// of its own (threat 51).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace policy {

enum class Stage { connect, ehlo, helo, mail, rcpt, data, end_of_message, vrfy, etrn };

// "CONNECT", ..., "END-OF-MESSAGE".
[[nodiscard]] std::string_view text_of(Stage stage);

// The attributes of Postfix 3.7 and the two that 3.8 added. Empty means not known (yet); addresses without brackets.
struct Request {
  Stage stage = Stage::rcpt;
  std::string protocol_name = "SMTP";   // or "ESMTP"
  std::string client_address;           // "192.0.2.1", "2001:db8::1"
  std::string client_name = "unknown";  // the verified name; services such as postgrey insist on one
  std::uint16_t client_port = 0;        // 0: not known
  std::string reverse_client_name = "unknown";
  std::string server_address;
  std::uint16_t server_port = 0;
  std::string helo_name;
  std::string sender;
  std::string recipient;         // at RCPT; with several recipients empty at DATA and END-OF-MESSAGE
  unsigned recipient_count = 0;  // sent at DATA and END-OF-MESSAGE only; 0 before, as Postfix does
  std::string queue_id;
  std::string instance;    // the same for all requests of one message, else unique
  std::uint64_t size = 0;  // MAIL's SIZE=; at END-OF-MESSAGE the real one
  std::string etrn_domain;
  std::string stress;  // "yes" or empty
  std::string sasl_method;
  std::string sasl_username;
  std::string sasl_sender;
  std::string ccert_subject;  // common name in xtext; only of a verified client certificate, as its issuer
  std::string ccert_issuer;
  std::string ccert_fingerprint;  // "AB:CD:...", of any
  std::string ccert_pubkey_fingerprint;
  std::string encryption_protocol;  // "TLSv1.3"
  std::string encryption_cipher;
  unsigned encryption_keysize = 0;
  std::string policy_context;
  std::string compatibility_level;
  std::string mail_version;
};

// full: every attribute. brief: request, client_address, sender and recipient, which is all the older helpers sent.
enum class Form { full, brief };

inline constexpr std::size_t value_limit = 2048;  // a longer value is sent empty

// The request with its blank line; at most 64 KiB.
[[nodiscard]] std::string render(const Request& request, Form form = Form::full);

// `value` if it can be sent, else nothing: no CR, LF or NUL, at most value_limit octets.
[[nodiscard]] std::string_view clean(std::string_view value);

}  // namespace policy
