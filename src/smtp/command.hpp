// Commands of the client: the verb, matched whole and without case, and what its argument says (RFC 5321 §4.1). Views
// point into the line. What a backend may read as a verb is read as that verb here too: white space of any kind and NUL
// separate words, so that no spelling slips a command past the rules for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace smtp {

// In the order of the counts in a session's last log line.
enum class Verb {
  helo,
  ehlo,
  lhlo,
  xclient,
  xforward,
  starttls,
  auth,
  mail,
  rcpt,
  bdat,
  data,
  rset,
  noop,
  vrfy,
  expn,
  etrn,
  quit,
  help,
  uncarried,  // known, and impossible behind a front: they turn roles round, carry octets, or bypass message and
              // identity
  unknown,
};
inline constexpr std::size_t verb_count = 20;

// "ehlo", "mail", ..., for log lines.
[[nodiscard]] std::string_view name_of(Verb verb);

struct Command {
  Verb verb = Verb::unknown;
  // Behind the verb, trimmed. Of AUTH the mechanism alone: an initial response is a secret (RFC 4954 §4) and stays in
  // the line, which is for the backend only.
  std::string_view argument;
  std::string_view word;  // the verb as it was sent
};

[[nodiscard]] Command parse_command(std::string_view line);

// HELO, EHLO or LHLO.
[[nodiscard]] constexpr bool is_greeting(Verb verb) {
  return verb == Verb::helo || verb == Verb::ehlo || verb == Verb::lhlo;
}

// The EHLO keywords of commands that never pass: XCLIENT, XFORWARD and what Verb::uncarried stands for.
[[nodiscard]] const std::vector<std::string_view>& withheld_keywords();

// The path of MAIL or RCPT.
struct Path {
  std::string_view mailbox;     // without <> and source route (RFC 5321 §4.1.2, F.2); empty: the null path
  std::string_view parameters;  // behind the path, trimmed
};

// `keyword` is FROM or TO. Understands quoted local parts; a path without <> ends at white space. Nothing where there
// is no path to be found.
[[nodiscard]] std::optional<Path> parse_path(std::string_view argument, std::string_view keyword);

// The value of the first parameter of this name (without case): empty text for a parameter without value.
[[nodiscard]] std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name);

// The argument of BDAT (RFC 3030 §2). Sizes beyond 2^31-1 are refused: no peer counts them alike.
struct Chunk {
  enum class Kind { good, malformed, too_large };
  Kind kind = Kind::malformed;
  std::uint64_t size = 0;
  bool last = false;
};
inline constexpr std::uint64_t max_chunk = 0x7fffffff;

[[nodiscard]] Chunk parse_chunk(std::string_view argument);

}  // namespace smtp
