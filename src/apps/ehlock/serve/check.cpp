// `ehlock check`: everything serve would find wrong, without serving.

#include <cstdio>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <sysexits.h>

#include "apps/ehlock/serve/generation.hpp"
#include "apps/ehlock/serve/listeners.hpp"
#include "apps/ehlock/serve/prepared.hpp"
#include "apps/ehlock/serve/supervisor.hpp"
#include "config/load.hpp"

namespace app {
namespace {

base::Result<std::string> checked(const std::vector<std::string>& arguments) {
  auto loaded = config::load_serve(arguments, config::process_environment());
  if (!loaded) return tl::unexpected(loaded.error());
  auto prepared = prepare(loaded->plan);
  if (!prepared) return tl::unexpected(prepared.error());
  const Listeners none;
  session::Counters unused;
  const std::unique_ptr<log::Sink> sink = log::stderr_sink("ehlock");
  const auto keys = Generation::check_keys(std::move(*prepared), {none, unused, nullptr, sink});
  if (!keys) return tl::unexpected(keys.error());
  return config::effective_text(*loaded);
}

}  // namespace

int check(const std::vector<std::string>& arguments) {
  const auto text = checked(arguments);
  if (!text) {
    fmt::print(stderr, "{}\n", text.error().text);
    return EX_CONFIG;
  }
  fmt::print("{}", *text);
  return EX_OK;
}

}  // namespace app
