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

// What a table of its own says of a row; the value is an empty list or text where that takes something back.
[[nodiscard]] Setting said_of(const Shape& shape, const Applied& applied);

// The tables, to stand behind the settings.
[[nodiscard]] std::string text_of(const std::vector<SettingGroup>& sections);

}  // namespace config
