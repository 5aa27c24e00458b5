// A look at TOML text before the parser's: what toml++ 3.3 does not survive in any build is refused here. That is
// characters beyond ASCII outside of quotes and comments, where its table of blanks has undefined entries, and strings
// over several lines, where the same happens; no value may have a line end anyway. Quotes are taken as the parser takes
// them: one in the middle of a word is refused, because it opens no string there.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace config {

struct Stray {
  std::size_t line = 1;
  std::size_t column = 1;  // in characters
  std::string_view why;
};

// The first thing that is refused. Text that is not TOML may pass: its first error is the parser's to find.
[[nodiscard]] std::optional<Stray> first_stray(std::string_view text);

}  // namespace config
