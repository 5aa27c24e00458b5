// Help texts, made from the tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/option.hpp"

namespace config {

// `ehlock serve --help`; `ehlock check` takes the same.
[[nodiscard]] std::string serve_help();

// `ehlock COMMAND --help` of a command with these options.
[[nodiscard]] std::string tool_help(std::string_view command, const std::vector<Shape>& shapes);

// The lines of a table, under the headings of its groups.
[[nodiscard]] std::string options_text(const std::vector<Shape>& shapes);

// `ehlock --help`.
[[nodiscard]] std::string program_help();

}  // namespace config
