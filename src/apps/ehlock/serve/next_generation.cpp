#include "apps/ehlock/serve/next_generation.hpp"

#include <sysexits.h>

#include <utility>

#include "config/load.hpp"

namespace app {

std::vector<std::string> files_of(const Prepared& prepared) {
  std::vector<std::string> files = prepared.plan.ticket_secrets;
  for (const auto& chain : prepared.chains) {
    files.push_back(chain.origin);
    files.push_back(chain.key_file);
  }
  for (const auto& policy : prepared.tls_policies) {
    if (!policy.client_ca_file.empty()) files.push_back(policy.client_ca_file);
  }
  return files;
}

tl::expected<std::unique_ptr<Generation>, NotStarted> next_generation(
    const std::vector<std::string>& arguments, const config::Environment& environment, Listeners& listeners,
    const Surroundings& around, const std::function<std::vector<tls::TicketKey>(const Prepared&)>& ticket_keys) {
  auto loaded = config::load_serve(arguments, environment);
  if (!loaded) return tl::unexpected(NotStarted{loaded.error().text, EX_CONFIG});
  auto prepared = prepare(std::move(loaded->plan));
  if (!prepared) {
    return tl::unexpected(NotStarted{prepared.error().text, prepared.error().passing ? EX_TEMPFAIL : EX_CONFIG});
  }
  prepared->warnings = std::move(loaded->warnings);
  auto opened = listeners.open(prepared->plan.listeners, prepared->workers);
  if (opened) opened = listeners.open(metrics_listeners(prepared->plan), 1);
  if (!opened) return tl::unexpected(NotStarted{opened.error().text, EX_TEMPFAIL});
  auto keys = ticket_keys(*prepared);
  auto started = Generation::start(std::move(*prepared), around, std::move(keys));
  if (!started) return tl::unexpected(NotStarted{started.error().text, EX_CONFIG});
  return std::move(*started);
}

std::vector<config::Listener> all_listeners(const config::ServePlan& plan) {
  std::vector<config::Listener> all = plan.listeners;
  for (auto& more : metrics_listeners(plan)) all.push_back(std::move(more));
  return all;
}

}  // namespace app
