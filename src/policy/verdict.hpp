// What an answer means for the client: go on, add a header, or a whole SMTP reply worded like Postfix's, so that the
// patterns of log readers and the eyes of postmasters know it.
#pragma once

#include <cstddef>
#include <string>

#include "policy/answer.hpp"
#include "policy/request.hpp"

namespace policy {

inline constexpr std::size_t reply_limit = 510;  // RFC 5321 §4.5.3.1.5, without CRLF

struct Verdict {
  // unavailable: there was no answer; open or closed is the operator's choice.
  enum class Action { pass, prepend, defer, reject, unavailable };
  Action action = Action::pass;
  // prepend: the header line. defer, reject: one printable line of at most reply_limit octets, without CRLF:
  // "450 4.7.1 <b@example>: Recipient address rejected: Greylisted". A code of 421 means the connection ends.
  std::string text;
  std::string note;  // for the log; may be empty
};

// `request` is the one that was answered: its stage and names are in the reply.
[[nodiscard]] Verdict verdict_of(const Answer& answer, const Request& request);

}  // namespace policy
