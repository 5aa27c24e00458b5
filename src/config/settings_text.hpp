// Settings written as TOML, so that what `ehlock check` prints can be loaded again.
#pragma once

#include <string>
#include <vector>

#include "config/load.hpp"
#include "config/option.hpp"
#include "config/reading.hpp"

namespace config {

// One setting for each row that has a key.
[[nodiscard]] std::vector<Setting> settings_of(const std::vector<Shape>& shapes, const Applied& applied);

// A line for each setting; those without value are comments that say what holds then.
[[nodiscard]] std::string text_of(const std::vector<Shape>& shapes, const std::vector<Setting>& settings);

}  // namespace config
