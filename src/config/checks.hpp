// What settings mean together: defaults that depend on others, and combinations that cannot be meant.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/draft.hpp"
#include "config/load.hpp"
#include "config/reading.hpp"

namespace config {

// Certificates from --cert and --key, and the defaults of name, on_starttls and policy_at.
void complete(Draft& draft, Applied& applied, const Environment& environment);

// All faults of a completed draft. What a refused value is part of is not judged.
[[nodiscard]] std::vector<std::string> cross_check(const Draft& draft, const Applied& applied,
                                                   const Environment& environment);

// The faults of a TLS policy, whose draft is the plain one with other values for the rows named in `given`. What it
// takes over from there is not judged again.
[[nodiscard]] std::vector<std::string> check_policy(const Draft& draft, const Applied& applied,
                                                    const std::set<std::string>& given);

}  // namespace config
