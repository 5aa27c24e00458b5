// must: what a fuzz target promises of its input. Where it does not hold the target ends, which libFuzzer reports.
#pragma once

#include <cstdlib>

namespace fuzz {

inline void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace fuzz
