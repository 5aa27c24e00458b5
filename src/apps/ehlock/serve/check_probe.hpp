// `ehlock check --probe`: what the files alone cannot tell: the backend's answers, and what clients will think of the
// certificates.
#pragma once

#include <string>
#include <vector>

#include "apps/ehlock/probe/judgement.hpp"
#include "apps/ehlock/serve/prepared.hpp"

namespace app {

struct ProbedPlan {
  std::vector<std::string> facts;  // "backend 127.0.0.1:10025: greeting ..."
  std::vector<Complaint> complaints;
};

// Connects to the backend; programs are not started, only looked for.
[[nodiscard]] ProbedPlan probe_plan(const Prepared& prepared);

}  // namespace app
