// Inside of the room: the comparisons of ${{left} op {right}?...}.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace postfix {

enum class Relation { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

// levels: the "level" operators (3.6), for which 3.10 is more than 3.6.
struct Comparison {
  Relation relation;
  bool levels;
};

// Cuts the operator off the front of `rest`; nothing when there is none.
[[nodiscard]] std::optional<Comparison> take_operator(std::string_view& rest);

// Numbers compare as numbers when both sides are digits only, everything else octet by octet. Fails for a level that is
// none.
[[nodiscard]] base::Result<bool> holds(std::string_view left, Comparison comparison, std::string_view right);

}  // namespace postfix
