// Rows of a [[match]], and which plain rows may stand in a policy.

#include "config/serve_options.hpp"
#include "config/value.hpp"

namespace config {

const std::vector<Option<RuleDraft>>& rule_options() {
  static const std::vector<Option<RuleDraft>> table{
      many<RuleDraft>(
          {.key = "network",
           .kind = Kind::network,
           .argument = "NETWORK",
           .unset = "clients from anywhere",
           .help = "clients of these networks"},
          [](RuleDraft & r) -> auto& { return r.networks; }, network),
      many<RuleDraft>(
          {.key = "listener",
           .kind = Kind::endpoint,
           .argument = "ENDPOINT",
           .unset = "any listener",
           .help = "who come to these listeners"},
          [](RuleDraft & r) -> auto& { return r.listeners; }, listening),
      single<RuleDraft>(
          {.key = "tls_policy", .argument = "NAME", .unset = "must be given", .help = "get this policy"},
          [](RuleDraft & r) -> auto& { return r.policy; }, plain),
  };
  return table;
}

std::string policy_key(const Shape& shape) {
  constexpr std::string_view prefix = "tls.";
  if (shape.key.starts_with(prefix)) return shape.key.substr(prefix.size());
  if (shape.key == "reputation.greylist") return "greylist";
  return shape.key == "require_tls" || shape.key == "auth_before_tls" ? shape.key : "";
}

}  // namespace config
