// Help texts, made from the tables.
#pragma once

#include <string>
#include <vector>

#include "config/option.hpp"

namespace config {

// `ehlock serve --help`; `ehlock check` takes the same.
[[nodiscard]] std::string serve_help();

// The lines of a table, under the headings of its groups.
[[nodiscard]] std::string options_text(const std::vector<Shape>& shapes);

// `ehlock --help`.
[[nodiscard]] std::string program_help();

}  // namespace config
