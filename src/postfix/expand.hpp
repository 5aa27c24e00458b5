// The $name language of main.cf values (postconf(5)): $name ${name} $(name) $$ ${name?text} ${name:text}
// ${name?{text}:{text}} ${{left} op {right}?{text}:{text}}. Bounded in depth, steps and size, so that no file can make
// it run for long. Named functions (3.11: domain_to_utf8 and the like) are refused by name.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace postfix {

// The unexpanded value of a name; nothing for a name nobody defined, which expands to nothing.
using Lookup = std::function<std::optional<std::string_view>(std::string_view name)>;

inline constexpr int expansion_depth = 100;              // Postfix's own limit: what is deeper is a loop
inline constexpr std::size_t expansion_limit = 1 << 20;  // octets of a result

// `text` with every expression replaced. Fails with the reason for a loop or a syntax error.
[[nodiscard]] base::Result<std::string> expand(std::string_view text, const Lookup& lookup);

}  // namespace postfix
