#include "apps/ehlock/serve/key_check.hpp"

#include <utility>

namespace app {
namespace {

// Whoever forgot --key is told of a file that is no key at all.
base::Error with_hint(base::Error error, const Prepared& prepared) {
  for (const LoadedChain& chain : prepared.chains) {
    if (chain.key_file != chain.origin || !error.text.starts_with(chain.origin + ": ")) continue;
    error.text += "; its key is looked for in the same file, since no --key was given for it";
  }
  return error;
}

}  // namespace

base::Result<KeyProcess> start_keys(const Prepared& prepared, std::vector<int> askers) {
  KeyProcessPlan plan;
  for (const auto& chain : prepared.chains) plan.sources.push_back({chain.key_file});
  plan.askers = std::move(askers);
  plan.jail = prepared.plan.jail;
  plan.user = prepared.key_user;
  return start_key_process(plan);
}

base::Result<void> keys_fit(const Prepared& prepared, const os::UniqueFd& report, std::string_view name) {
  const auto public_halves = loaded_keys(report, name);
  if (!public_halves) return tl::unexpected(with_hint(public_halves.error(), prepared));
  for (std::size_t i = 0; i < prepared.chains.size(); ++i) {
    const LoadedChain& chain = prepared.chains[i];
    if (i < public_halves->size() && (*public_halves)[i] == chain.facts.public_der) continue;
    return base::fail("{}: the key in {} does not belong to this certificate", chain.origin, chain.key_file);
  }
  return {};
}

base::Result<void> check_keys(const Prepared& prepared) {
  if (prepared.chains.empty()) return {};
  const auto made = start_keys(prepared, {});
  if (!made) return tl::unexpected(made.error());
  return keys_fit(prepared, made->report, "key process");
}

}  // namespace app
