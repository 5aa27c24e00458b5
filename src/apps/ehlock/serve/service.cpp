#include "apps/ehlock/serve/service.hpp"

#include <algorithm>
#include <utility>

namespace app {
namespace {

bool is_remembering(const WorkerSpec& spec) {
  const auto greylists = [](const config::TlsPolicy& policy) { return policy.greylist; };
  return spec.reputation.rules.judges_arrivals() ||
         std::any_of(spec.tls_policies.begin(), spec.tls_policies.end(), greylists);
}

std::unique_ptr<session::ReputationStore> make_store(Service& service) {
  WorkerSpec& spec = service.spec;
  if (spec.redis.servers.empty()) return std::make_unique<session::SharedTable>(*spec.table);
  spec.redis.launcher = service.launcher.get();
  auto store = std::make_unique<session::RedisStore>(service.loop, std::move(spec.redis), *spec.sink);
  service.redis = store.get();
  return store;
}

}  // namespace

Service::Service(WorkerSpec from, std::vector<tls::Context> made, std::uint64_t first_number)
    : spec(std::move(from)),
      contexts(std::move(made)),
      signer(loop, std::move(spec.keys), first_number),
      desk(*spec.ledger, spec.account, spec.clients.counts),
      ids(static_cast<std::uint32_t>(first_number)),
      quiet_sink(*spec.sink) {
  if (spec.launcher) {
    launcher = std::make_unique<session::LauncherClient>(loop, std::move(spec.launcher), first_number);
  }
  if (spec.resolver) {
    resolver = std::make_unique<session::ResolverClient>(loop, std::move(spec.resolver), first_number);
  }
  if (is_remembering(spec)) {
    reputation = std::make_unique<session::Reputation>(spec.reputation, make_store(*this), spec.board->tallies);
  }
  if (spec.policy.empty()) return;
  const bool by_launcher = spec.policy.front().is_unix();
  policy = std::make_unique<session::PolicyClient>(
      loop,
      session::PolicySettings{spec.policy, by_launcher ? launcher.get() : nullptr, spec.policy_fail,
                              policy::Form::full},
      spec.limits);
}

}  // namespace app
