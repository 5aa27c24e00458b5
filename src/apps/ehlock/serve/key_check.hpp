// The keys of a configuration: loaded by a key process, which alone sees them, and compared with the certificates.
#pragma once

#include <string_view>
#include <vector>

#include "apps/ehlock/serve/prepared.hpp"
#include "apps/shared/children.hpp"
#include "base/result.hpp"

namespace app {

// Starts a key process that answers `askers`, its ends of their channels; they stay the caller's as well.
[[nodiscard]] base::Result<KeyProcess> start_keys(const Prepared& prepared, std::vector<int> askers);

// Waits until it has loaded every key, and each belongs to its certificate; an error says which does not, or why not.
[[nodiscard]] base::Result<void> keys_fit(const Prepared& prepared, const os::UniqueFd& report, std::string_view name);

// The two for a key process that nobody asks, and that ends.
[[nodiscard]] base::Result<void> check_keys(const Prepared& prepared);

}  // namespace app
