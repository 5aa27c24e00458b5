// Typed values of main.cf parameters, with the words Postfix has for a wrong one: operators search for them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postfix {

// "yes" or "no", any case.
[[nodiscard]] base::Result<bool> boolean_of(std::string_view name, std::string_view value);

// A decimal number of at least `least`.
[[nodiscard]] base::Result<int> number_of(std::string_view name, std::string_view value, int least = 0);

// A number and one of s m h d w; `unit` counts when there is none. At most 2^31-1 seconds.
[[nodiscard]] base::Result<std::chrono::seconds> time_of(std::string_view name, std::string_view value,
                                                         char unit = 's');

// The elements between commas and white space; {...} at the beginning of an element holds it together, braces removed.
// Fails for a brace without end.
[[nodiscard]] base::Result<std::vector<std::string>> list_of(std::string_view name, std::string_view value);

}  // namespace postfix
