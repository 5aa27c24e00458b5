// Arguments to assignments, by CLI11. The only room in the tree where its exceptions are caught.
#pragma once

#include <string>
#include <vector>

#include "config/option.hpp"
#include "config/reading.hpp"

namespace config {

// The arguments behind a command word: --flag VALUE or --flag=VALUE, lists by repetition or with commas. What stands
// behind "--" goes to the row that has no flag; when there is none, "--" is a fault. All faults are collected.
[[nodiscard]] Reading read_flags(const std::vector<Shape>& shapes, const std::vector<std::string>& arguments);

}  // namespace config
