// Named TLS policies ([tls_policy.NAME]) and the rules that choose them ([[match]]). A policy is the plain options with
// other values for those that its table names, so it has the rows, parsers and checks of the plain ones.
#pragma once

#include <string>
#include <vector>

#include "config/draft.hpp"
#include "config/load.hpp"
#include "config/reading.hpp"

namespace config {

struct Sections {
  std::vector<SettingGroup> settings;  // as TOML tables, in the order they are to be written
  std::vector<std::string> warnings;
};

// Adds the policies and rules of the readings to the plan of a completed draft, and what is wrong with them to the
// faults. Policies of one name are one: what is said later wins. Rules are all kept, in the order they were read.
[[nodiscard]] Sections add_tls_policies(const std::vector<Reading>& readings, const Environment& environment,
                                        Draft& draft, Applied& applied);

}  // namespace config
