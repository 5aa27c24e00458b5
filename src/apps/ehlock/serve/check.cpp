// `ehlock check`: everything serve would find wrong, without serving.

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <sysexits.h>

#include "apps/ehlock/serve/check_probe.hpp"
#include "apps/ehlock/serve/key_check.hpp"
#include "apps/ehlock/serve/prepared.hpp"
#include "apps/ehlock/serve/supervisor.hpp"
#include "config/load.hpp"

namespace app {
namespace {

struct Checked {
  std::string text;
  ProbedPlan probed;
};

base::Result<Checked> checked(const config::CheckCommand& command) {
  auto loaded = config::load_serve(command.arguments, config::process_environment());
  if (!loaded) return tl::unexpected(loaded.error());
  auto prepared = prepare(loaded->plan);
  if (!prepared) return tl::unexpected(prepared.error());
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
