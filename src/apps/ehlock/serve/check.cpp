// `ehlock check`: everything serve would find wrong, without serving.

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ranges.h>
#include <sysexits.h>

#include "apps/ehlock/serve/check_probe.hpp"
#include "apps/ehlock/serve/key_check.hpp"
#include "apps/ehlock/serve/prepared.hpp"
#include "apps/ehlock/serve/supervisor.hpp"
#include "config/load.hpp"
#include "os/user.hpp"
#include "tls/context.hpp"

namespace app {
namespace {

struct Checked {
  std::string text;
  ProbedPlan probed;
};

// What the processes of a service would stumble over.
base::Result<void> rehearsed(const Prepared& prepared) {
  std::vector<std::string> faults;
  const auto note = [&faults](std::string_view key, const auto& result) {
    if (!result) faults.push_back(fmt::format("{}{}", key, result.error().text));
  };
  for (const config::TlsPolicy& policy : prepared.tls_policies) {
    note(policy.name.empty() ? "" : fmt::format("tls_policy.{}: ", policy.name), tls::check_settings(policy.tls));
  }
  for (const config::Listener& listener : prepared.plan.listeners)
    note("listen: ", os::resolve(listener.endpoint, true));
  if (prepared.plan.metrics) note("metrics: ", os::resolve(*prepared.plan.metrics, true));
  if (!prepared.plan.admin_group.empty()) note("admin_group: ", os::find_group(prepared.plan.admin_group));
  if (!faults.empty()) return base::fail("{}", fmt::join(faults, "\n"));
  return {};
}

base::Result<Checked> checked(const config::CheckCommand& command) {
  auto loaded = config::load_serve(command.arguments, config::process_environment());
  if (!loaded) return tl::unexpected(loaded.error());
  auto prepared = prepare(loaded->plan);
  if (!prepared) return base::fail("{}", prepared.error().text);
  if (const auto good = rehearsed(*prepared); !good) return tl::unexpected(good.error());
  Checked result;
  if (command.probe) result.probed = probe_plan(*prepared);
  const auto keys = check_keys(*prepared);
  if (!keys) return tl::unexpected(keys.error());
  for (const std::string& warning : loaded->warnings) fmt::print(stderr, "warning: {}\n", warning);
  result.text = config::effective_text(*loaded);
  return result;
}

}  // namespace

int check(const config::CheckCommand& command) {
  const auto done = checked(command);
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().text);
    return EX_CONFIG;
  }
  fmt::print("{}", done->text);
  for (const auto& fact : done->probed.facts) fmt::print("# {}\n", fact);
  (void)std::fflush(stdout);  // whoever reads both streams together gets whole lines
  for (const auto& each : done->probed.complaints) fmt::print(stderr, "{}: {}\n", name_of(each.level), each.text);
  return worst_of(done->probed.complaints) == Level::critical ? EX_UNAVAILABLE : EX_OK;
}

}  // namespace app
