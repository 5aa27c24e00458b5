// The sources of settings beside the command line: TOML text, the files of --config, the environment.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/option.hpp"
#include "config/reading.hpp"

namespace config {

// TOML 1.0 text. `file` is what origins name. Syntax errors end the reading of this text with one fault; unknown keys
// and wrong types are collected.
[[nodiscard]] Reading read_toml(const std::vector<Shape>& shapes, std::string_view text, const std::string& file);

// FILE, then FILE's folder + "/conf.d/*.toml" in the order of their names: later ones win. Each at most 1 MiB.
[[nodiscard]] std::vector<Reading> read_files(const std::vector<Shape>& shapes, const std::string& file);

// The variables EHLOCK_*. Empty ones count as not there. Unknown ones are refused only when they look like a known
// name, because others share the prefix (Kubernetes makes EHLOCK_SERVICE_HOST for a service of that name).
[[nodiscard]] Reading read_environment(const std::vector<Shape>& shapes,
                                       const std::map<std::string, std::string>& variables);

}  // namespace config
