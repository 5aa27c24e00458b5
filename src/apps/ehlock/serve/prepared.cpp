#include "apps/ehlock/serve/prepared.hpp"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>

#include "apps/ehlock/client/authorities.hpp"
#include "apps/shared/pem.hpp"
#include "os/files.hpp"
#include "os/process.hpp"

namespace app {
namespace {

constexpr std::size_t largest_pem = 1 << 20;
constexpr std::size_t smallest_secret = 32;
constexpr std::size_t largest_secret = 4096;

struct Faults {
  std::vector<std::string> all;
  std::size_t look_ups = 0;  // of them: names of hosts that could not be looked up
};

// The value, or its fault noted; `key` is the option that wants it, where the fault does not name a file.
template <typename T>
T taken(base::Result<T> result, Faults& faults, std::string_view key = "") {
  if (result) return std::move(*result);
  faults.all.push_back(key.empty() ? result.error().text : fmt::format("{}: {}", key, result.error().text));
  return T{};
}

std::vector<os::SocketAddress> addresses_of(const os::Endpoint& endpoint, Faults& faults, std::string_view key) {
  auto found = os::resolve(endpoint, false);
  if (!found) ++faults.look_ups;
  return taken(std::move(found), faults, key);
}

base::Result<LoadedChain> load_chain(const config::CertificateFiles& files) {
  auto pem = read_certificates(files.chain);
  if (!pem) return tl::unexpected(pem.error());
  auto facts = tls::read_certificate(*pem);
  if (!facts) return base::fail("{}: {}", files.chain, facts.error().text);
  return LoadedChain{std::move(*pem), files.chain, files.key.empty() ? files.chain : files.key, std::move(*facts)};
}

base::Result<base::Secret> load_ticket_secret(const std::string& file) {
  auto secret = os::read_secret_file(file, largest_secret);
  if (secret && secret->size() < smallest_secret) {
    return base::fail("{}: a ticket secret has at least {} octets, this has {}", file, smallest_secret, secret->size());
  }
  return secret;
}

os::User user_for(const std::string& name, Faults& faults) {
  if (name.empty()) return os::unused_user();
  return taken(os::find_user(name), faults, "user");
}

void look_up_users(Prepared& prepared, Faults& faults) {
  prepared.worker_user = user_for(prepared.plan.user, faults);
  prepared.key_user = os::unused_user();
  prepared.launcher_user = os::unused_user();
  prepared.resolver_user = os::unused_user();
  prepared.exporter_user = os::unused_user();
  if (prepared.plan.program.empty()) return;
  const std::string& name = prepared.plan.program_user.empty() ? prepared.plan.user : prepared.plan.program_user;
  if (name.empty() && ::geteuid() != 0) return;  // the program runs as who we are
  prepared.program_user =
      taken(os::find_user(name), faults, prepared.plan.program_user.empty() ? "user" : "program_user");
}

void look_up_addresses(Prepared& prepared, Faults& faults) {
  const auto& plan = prepared.plan;
  if (plan.backend) prepared.backend = addresses_of(*plan.backend, faults, "backend");
  if (plan.policy) prepared.policy = addresses_of(*plan.policy, faults, "policy");
}

base::Result<base::Secret> load_password(const std::string& file) {
  auto secret = os::read_secret_file(file, largest_secret);
  if (!secret) return secret;
  const std::string_view first_line = secret->reveal().substr(0, secret->reveal().find('\n'));
  if (first_line.empty()) return base::fail("{}: the first line holds no password", file);
  return base::Secret(first_line);
}

void prepare_redis(Prepared& prepared, Faults& faults) {
  const auto& plan = prepared.plan.redis;
  for (const auto& server : plan.servers) prepared.redis.push_back(addresses_of(server, faults, "reputation.redis"));
  if (!plan.password_file.empty()) prepared.redis_password = taken(load_password(plan.password_file), faults);
  if (!plan.tls) return;
  auto authorities = read_authorities(plan.ca_file);
  if (!authorities) faults.all.push_back(authorities.error().text);
  if (authorities) prepared.redis_ca = std::move(*authorities);
}

std::vector<config::TlsPolicy> tls_policies_of(const config::ServePlan& plan, Faults& faults) {
  std::vector<config::TlsPolicy> policies{
      {"", plan.tls, plan.client_ca_file, plan.dialog.require_tls, plan.dialog.auth_before_tls, plan.greylist}};
  policies.insert(policies.end(), plan.tls_policies.begin(), plan.tls_policies.end());
  for (config::TlsPolicy& policy : policies) {
    policy.tls.policy = policy.name;
    if (policy.client_ca_file.empty()) continue;
    policy.tls.client_ca = taken(os::read_file(policy.client_ca_file, largest_pem), faults);
  }
  return policies;
}

}  // namespace

tl::expected<Prepared, Unprepared> prepare(config::ServePlan plan) {
  Faults faults;
  Prepared prepared;
  prepared.plan = std::move(plan);
  for (const auto& files : prepared.plan.certificates) {
    prepared.chains.push_back(taken(load_chain(files), faults));
  }
  for (const auto& file : prepared.plan.ticket_secrets) {
    prepared.ticket_secrets.push_back(taken(load_ticket_secret(file), faults));
  }
  prepared.tls_policies = tls_policies_of(prepared.plan, faults);
  look_up_addresses(prepared, faults);
  prepare_redis(prepared, faults);
  look_up_users(prepared, faults);
  prepared.workers = prepared.plan.workers == 0 ? os::usable_cores() : prepared.plan.workers;
  if (!faults.all.empty()) {
    return tl::unexpected(
        Unprepared{fmt::format("{}", fmt::join(faults.all, "\n")), faults.look_ups == faults.all.size()});
  }
  return prepared;
}

std::string text_of(const LoadedChain& chain) {
  const std::time_t until = std::chrono::system_clock::to_time_t(chain.facts.not_after);
  return fmt::format("{}: {} serial {} for {} until {:%Y-%m-%d %H:%M} UTC", chain.origin, chain.facts.key_kind,
                     chain.facts.serial, fmt::join(chain.facts.names, ", "), fmt::gmtime(until));
}

}  // namespace app
