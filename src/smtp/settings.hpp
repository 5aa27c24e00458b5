// DialogSettings: the knobs of the SMTP conversation. Each default is the safe one (design.md §5.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "smtp/tls_facts.hpp"

namespace smtp {

enum class BareNewline { reject, pass };       // a bare CR or LF, or NUL, in commands and message text
enum class InjectedBytes { refuse, discard };  // bytes pipelined behind STARTTLS: 554 and close, or drop them (helper)
enum class OnStarttls { reset, reconnect };  // what forgets the clear session at the backend: RSET, or a new connection
enum class PolicyStage { connect, helo, mail, rcpt, data, end_of_message };

struct DialogSettings {
  std::string name = "localhost";  // our name, for replies of our own ("421 4.3.2 NAME ...")

  bool tls_available = true;     // STARTTLS is offered in clear
  bool require_tls = false;      // 530 to everything but EHLO, HELO's refusal, NOOP, QUIT, STARTTLS in clear
  bool auth_before_tls = false;  // AUTH offered and accepted in clear
  bool chunking = true;          // BDAT is carried; else CHUNKING and BINARYMIME are removed and BDAT gets 502

  BareNewline bare_newline = BareNewline::reject;
  InjectedBytes injected = InjectedBytes::refuse;
  OnStarttls on_starttls = OnStarttls::reset;

  std::size_t max_line = 2048;        // command line with CRLF (RFC 5321 §4.5.3.1.4: 512, longer with extensions)
  std::size_t max_auth_line = 12288;  // RFC 4954 §4: 12288 for AUTH exchanges
  std::size_t max_commands = 0;       // in a session; 0: no limit
  std::size_t max_errors = 20;        // 4xx/5xx answers since the last accepted message, then 421; 0: no limit
  std::size_t max_recipients = 0;     // in a transaction, then 452; 0: the backend's own
  std::size_t max_reply = 65536;      // octets of one whole reply of the backend

  std::set<PolicyStage> policy_stages;  // where Next::policy is asked for

  std::function<std::string()> trace_date;  // the present date as RFC 5322 §3.3 writes it; asked once a message
};

// What one session begins with; the settings are those of many.
struct DialogStart {
  bool secured = false;  // implicit TLS: the session starts inside TLS
  TlsFacts tls;          // implicit TLS: what its handshake found

  // Trace header put before each message; empty: none. The text of the client's identity in it,
  // "name ([192.0.2.1])" and so on, is completed by the dialog with HELO, TLS facts, protocol and the date.
  std::string trace_from;  // "unknown [192.0.2.1]"; empty switches the header off
  std::string trace_id;    // session id
};

}  // namespace smtp
