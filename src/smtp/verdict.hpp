// Verdict: what a policy service said of the present stage, and TlsResult: how a handshake went. Both are events that
// the performer of a dialog reports.
#pragma once

#include <string>

namespace smtp {

// unavailable: the 220 could not be sent, because TLS cannot be had now: the client hears 454 and stays in clear.
// too_many: the 220 was held back, because too many handshakes are under way: the client hears 421 and may come again.
// failed: the 220 was sent and no secured connection came of it: the session is over (RFC 3207 §4.1).
enum class TlsResult { secured, unavailable, failed, too_many };

struct Verdict {
  enum class Action { pass, prepend, defer, reject };
  Action action = Action::pass;
  std::string text;  // prepend: a header line without CRLF; defer, reject: a whole reply text "450 4.7.1 Greylisted"
};

// The reply text of a defer or reject verdict: its own where that is one line with a 4xx or 5xx code, else ours.
[[nodiscard]] std::string reply_text(const Verdict& verdict);

// The header line of a prepend verdict with CRLF; empty where the text is no header line (RFC 5322 §2.2).
[[nodiscard]] std::string header_line(const Verdict& verdict);

}  // namespace smtp
