#include "apps/ehlock/serve/service.hpp"

#include <algorithm>
#include <utility>

#include "session/mail_date.hpp"

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

DialogRules dialog_rules(const WorkerSpec& spec, const config::TlsPolicy& policy) {
  smtp::DialogSettings settings = spec.dialog;
  settings.require_tls = policy.require_tls;
  settings.auth_before_tls = policy.auth_before_tls;
  if (spec.trace_header) settings.trace_date = session::mail_date;
  smtp::DialogSettings asking = settings;
  asking.policy_stages.insert(smtp::PolicyStage::rcpt);
  return {std::make_shared<const smtp::DialogSettings>(std::move(settings)),
          std::make_shared<const smtp::DialogSettings>(std::move(asking))};
}

}  // namespace

Service::Service(WorkerSpec from, std::vector<tls::Context> made, std::uint64_t first_number)
    : spec(std::move(from)),
      contexts(std::move(made)),
      signer(loop, std::move(spec.keys), first_number),
      desk(*spec.ledger, spec.account, spec.clients.counts),
      ids(static_cast<std::uint32_t>(first_number)),
      quiet_sink(*spec.sink) {
  for (const config::TlsPolicy& tls_policy : spec.tls_policies) dialogs.push_back(dialog_rules(spec, tls_policy));
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
