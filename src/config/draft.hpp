// Draft: what the rows of the serve table write into: the plan, and what becomes part of it only when all is read.
#pragma once

#include <string>
#include <vector>

#include "config/serve_plan.hpp"

namespace config {

struct Draft {
  ServePlan plan;
  std::string file;                 // --config
  std::vector<std::string> chains;  // --cert
  std::vector<std::string> keys;    // --key: the N-th belongs to the N-th chain
};

// What the rows of a [[match]] write into.
struct RuleDraft {
  os::Networks networks;
  std::vector<os::Endpoint> listeners;
  std::string policy;
};

}  // namespace config
