#include "config/checks.hpp"

#include <algorithm>

#include "config/listener_checks.hpp"

namespace config {
namespace {

using smtp::OnStarttls;

struct Facts {
  const Draft& draft;
  const Applied& applied;
  bool root = true;
  const std::set<std::string>* policy = nullptr;  // of a TLS policy: the rows it changes

  // Said here, and not only taken over from the plain options.
  [[nodiscard]] bool own(const std::string& name) const { return policy == nullptr || policy->contains(name); }

  [[nodiscard]] bool given(const std::string& name) const {
    const auto found = applied.current.find(name);
    return found != applied.current.end() && !found->second.words.empty() && found->second.origin != "default";
  }

  // How a complaint about a name that was given begins.
  [[nodiscard]] std::string label(const std::string& name) const {
    const auto found = applied.current.find(name);
    if (found == applied.current.end()) return name;
    return found->second.origin == "default" ? name + " (default)" : found->second.label;
  }
};

bool is_root(const std::string& user) {
  return user == "root" || base::number<unsigned long>(user) == 0UL;
}

std::string needs_listener(const Facts& facts) {
  if (!facts.draft.plan.listeners.empty()) return "";
  return "no listener: give --listen, --listen-tls or --listen-handoff (in the file listen, listen_tls,\n"
         "  listen_handoff), or start it by a socket unit";
}

std::string needs_backend_or_program(const Facts& facts) {
  const ServePlan& plan = facts.draft.plan;
  if (plan.backend && !plan.program.empty()) {
    return fmt::format("{}: a backend and a program ({}) are both given; exactly one is wanted", facts.label("backend"),
                       facts.label("program"));
  }
  if (plan.backend || !plan.program.empty() || (takes_hand_overs(plan) && !takes_clients(plan))) return "";
  return "no backend: give --backend ENDPOINT, or a program after -- (in the file backend, program)";
}

// Threat 9: a front on the backend's own machine makes every client look like 127.0.0.1.
std::string backend_needs_identity(const Facts& facts) {
  if (!facts.draft.plan.backend || facts.given("identity")) return "";
  return fmt::format(
      "{}: identity is not chosen. Without it the backend {} sees every client with the address of this front, often\n"
      "  127.0.0.1. That disarms its rules for relaying and spam: a server that trusts its own machine or network "
      "would\n"
      "  relay for everybody. Choose how the backend learns who the client is, by --identity (in the file identity):\n"
      "    proxy-v1      PROXY header, text form: Postfix, Exim, Haraka and others, if told to expect it from here\n"
      "    proxy-v2      PROXY header, binary form\n"
      "    proxy-v2-tls  the same with what TLS found: version, cipher, client certificate (Dovecot logs it)\n"
      "    xclient       XCLIENT command: Postfix (smtpd_authorized_xclient_hosts), Haraka, Dovecot\n"
      "    none          nothing is passed on: only for backends that trust no address; a warning is logged at start",
      facts.label("backend"), facts.draft.plan.backend->text());
}

std::string program_needs_no_identity(const Facts& facts) {
  if (facts.draft.plan.program.empty() || !facts.given("identity")) return "";
  return facts.label("identity") + ": a program gets the client's identity by its environment (TCPREMOTEIP and so on)";
}

std::string name_of(Door door) {
  if (door == Door::handoff) return "listen_handoff";
  return door == Door::implicit ? "listen_tls" : "listen";
}

std::string listeners_apart(const Facts& facts) {
  const auto& listeners = facts.draft.plan.listeners;
  for (auto a = listeners.begin(); a != listeners.end(); ++a) {
    const auto b =
        std::find_if(listeners.begin(), a, [&](const Listener& each) { return overlap(a->endpoint, each.endpoint); });
    if (b == a) continue;
    return fmt::format("{}: {} and {} overlap", facts.label(name_of(a->door)), b->endpoint.text(), a->endpoint.text());
  }
  return "";
}

std::string metrics_apart(const Facts& facts) {
  const ServePlan& plan = facts.draft.plan;
  for (const Listener& each : plan.listeners) {
    if (!plan.metrics || !overlap(*plan.metrics, each.endpoint)) continue;
    return fmt::format("{}: {} is where clients arrive ({})", facts.label("metrics"), plan.metrics->text(),
                       name_of(each.door));
  }
  return "";
}

std::string group_needs_admin(const Facts& facts) {
  if (facts.draft.plan.admin_group.empty() || !facts.draft.plan.admin.empty()) return "";
  return facts.label("admin_group") + ": has no effect without --admin unix:/PATH";
}

std::string backend_is_not_us(const Facts& facts) {
  const ServePlan& plan = facts.draft.plan;
  const bool loop =
      plan.backend && std::any_of(plan.listeners.begin(), plan.listeners.end(),
                                  [&](const Listener& each) { return reaches(*plan.backend, each.endpoint); });
  if (!loop) return "";
  return fmt::format("{}: {} is one of our own listeners: sessions would go round in a loop", facts.label("backend"),
                     plan.backend->text());
}

std::string needs_certificate(const Facts& facts) {
  if (!facts.draft.chains.empty()) return "";
  return "no certificate: give --cert FILE [--key FILE] (in the file cert, key)";
}

std::string keys_have_certificates(const Facts& facts) {
  const std::size_t chains = facts.draft.chains.size();
  const std::size_t keys = facts.draft.keys.size();
  if (keys <= chains) return "";
  return fmt::format(
      "{}: {} keys for {} certificates; the N-th key belongs to the N-th certificate, and one whose key "
      "is in the same file needs none",
      facts.label("key"), keys, chains);
}

std::string client_certificates_need_authorities(const Facts& facts) {
  const ServePlan& plan = facts.draft.plan;
  const bool wanted = plan.tls.client_certificate != tls::ClientCertificate::none;
  const bool authorities = !plan.client_ca_file.empty();
  const bool keys = !plan.tls.client_keys.empty();
  if (wanted && !authorities && !keys) {
    return facts.label("tls.client_cert") +
           ": needs --client-ca FILE, the authorities certificates must lead to, or --client-keys, their keys (in the "
           "file client_ca, client_keys)";
  }
  const std::string useless = ": has no effect without --client-cert ask or require";
  if (!wanted && authorities && facts.own("tls.client_ca")) return facts.label("tls.client_ca") + useless;
  if (!wanted && keys && facts.own("tls.client_keys")) return facts.label("tls.client_keys") + useless;
  return "";
}

std::string versions_in_order(const Facts& facts) {
  const auto& tls = facts.draft.plan.tls;
  if (tls.min_version <= tls.max_version) return "";
  return fmt::format("{}: the oldest version is newer than the newest ({})", facts.label("tls.min"),
                     facts.label("tls.max"));
}

std::string program_cannot_reconnect(const Facts& facts) {
  const ServePlan& plan = facts.draft.plan;
  if (plan.program.empty() || plan.dialog.on_starttls == OnStarttls::reset) return "";
  return facts.label("on_starttls") + ": a program cannot be connected to again; only reset is possible with one";
}

std::string program_is_not_root(const Facts& facts) {
  const ServePlan& plan = facts.draft.plan;
  if (plan.program.empty() || !facts.root) return "";
  const std::string name = plan.program_user.empty() ? "user" : "program_user";
  const std::string& user = plan.program_user.empty() ? plan.user : plan.program_user;
  if (user.empty()) {
    return facts.label("program") + ": programs are not run as root: give --program-user NAME or --user NAME";
  }
  return is_root(user) ? facts.label(name) + ": programs are not run as root" : "";
}

std::string user_is_not_root(const Facts& facts) {
  if (!facts.given("user") || !is_root(facts.draft.plan.user)) return "";
  return facts.label("user") + ": the processes that touch the network do not run as root";
}

std::string stages_need_policy(const Facts& facts) {
  if (facts.draft.plan.policy || !facts.given("policy_at")) return "";
  return facts.label("policy_at") + ": has no effect without --policy ENDPOINT";
}

std::string no_contradiction_before_tls(const Facts& facts) {
  const auto& dialog = facts.draft.plan.dialog;
  if (!dialog.require_tls || !dialog.auth_before_tls) return "";
  return fmt::format("{}: contradicts {}: with TLS required nobody can authenticate before it",
                     facts.label("auth_before_tls"), facts.label("require_tls"));
}

std::string banner_needs_delay(const Facts& facts) {
  if (facts.draft.plan.clients.greet_delay > std::chrono::seconds(0) || !facts.given("greet.banner")) return "";
  return facts.label("greet.banner") + ": has no effect without --greet-delay TIME";
}

std::string patience_needs_delay(const Facts& facts) {
  if (facts.draft.plan.clients.greet_delay > std::chrono::seconds(0) || !facts.given("reputation.patience")) return "";
  return facts.label("reputation.patience") + ": has no effect without --greet-delay TIME";
}

std::string window_is_longer_than_delay(const Facts& facts) {
  const auto& greylisting = facts.draft.plan.reputation.greylisting;
  if (greylisting.window > greylisting.delay) return "";
  return fmt::format("{}: nobody could come again in time: {} is as long", facts.label("reputation.greylist_window"),
                     facts.label("reputation.greylist_delay"));
}

std::string redis_options_need_redis(const Facts& facts) {
  if (!facts.draft.plan.redis.servers.empty()) return "";
  for (const char* name : {"user", "password", "ca"}) {
    const std::string whole = fmt::format("reputation.redis_{}", name);
    if (facts.given(whole)) return facts.label(whole) + ": has no effect without --reputation-redis ENDPOINT";
  }
  if (facts.draft.plan.redis.tls) {
    return facts.label("reputation.redis_tls") + ": has no effect without --reputation-redis ENDPOINT";
  }
  return "";
}

std::string redis_user_needs_password(const Facts& facts) {
  const auto& redis = facts.draft.plan.redis;
  if (redis.user.empty() || !redis.password_file.empty()) return "";
  return facts.label("reputation.redis_user") + ": needs --reputation-redis-password FILE";
}

std::string redis_socket_stands_alone(const Facts& facts) {
  const auto& redis = facts.draft.plan.redis;
  const bool socket =
      std::any_of(redis.servers.begin(), redis.servers.end(), [](auto& each) { return each.is_unix(); });
  if (socket && redis.servers.size() > 1) {
    return facts.label("reputation.redis") + ": a UNIX socket stands alone: it is of this machine";
  }
  if (!redis.tls || redis.servers.empty()) return "";
  if (socket) return facts.label("reputation.redis_tls") + ": not through a UNIX socket";
  for (const os::Endpoint& each : redis.servers) {
    if (!os::SocketAddress::ip(each.host, each.port)) continue;
    return fmt::format("{}: {} is an address: certificates are checked by name, so call it by its name",
                       facts.label("reputation.redis_tls"), each.host);
  }
  return "";
}

struct Check {
  std::vector<std::string> about;            // names whose faults silence the check
  std::string (*fault)(const Facts& facts);  // "": none
};

const std::vector<Check>& checks() {
  static const std::vector<Check> all{
      {{"listen", "listen_tls", "listen_handoff"}, needs_listener},
      {{"listen", "listen_tls", "listen_handoff"}, listeners_apart},
      {{"metrics", "listen", "listen_tls", "listen_handoff"}, metrics_apart},
      {{"admin", "admin_group"}, group_needs_admin},
      {{"backend", "program", "listen", "listen_tls", "listen_handoff"}, needs_backend_or_program},
      {{"backend", "program", "identity"}, backend_needs_identity},
      {{"program", "identity"}, program_needs_no_identity},
      {{"backend", "listen", "listen_tls"}, backend_is_not_us},
      {{"cert"}, needs_certificate},
      {{"cert", "key"}, keys_have_certificates},
      {{"tls.client_cert", "tls.client_ca", "tls.client_keys"}, client_certificates_need_authorities},
      {{"tls.min", "tls.max"}, versions_in_order},
      {{"program", "on_starttls"}, program_cannot_reconnect},
      {{"program", "user", "program_user"}, program_is_not_root},
      {{"user"}, user_is_not_root},
      {{"policy", "policy_at"}, stages_need_policy},
      {{"greet.delay", "greet.banner"}, banner_needs_delay},
      {{"reputation.redis", "reputation.redis_user", "reputation.redis_password", "reputation.redis_tls",
        "reputation.redis_ca"},
       redis_options_need_redis},
      {{"reputation.redis_user", "reputation.redis_password"}, redis_user_needs_password},
      {{"reputation.redis", "reputation.redis_tls"}, redis_socket_stands_alone},
      {{"greet.delay", "reputation.patience"}, patience_needs_delay},
      {{"reputation.greylist_delay", "reputation.greylist_window"}, window_is_longer_than_delay},
      {{"require_tls", "auth_before_tls"}, no_contradiction_before_tls},
  };
  return all;
}

void set_default(Applied& applied, const std::string& name, std::string word) {
  applied.current[name] = {{std::move(word)}, "default", name};
}

}  // namespace

void complete(Draft& draft, Applied& applied, const Environment& environment) {
  ServePlan& plan = draft.plan;
  const Facts facts{draft, applied, environment.root};
  for (std::size_t i = 0; i < draft.chains.size(); ++i) {
    plan.certificates.push_back({draft.chains[i], i < draft.keys.size() ? draft.keys[i] : ""});
  }
  if (!facts.given("name")) {
    plan.dialog.name = environment.host_name;
    set_default(applied, "name", environment.host_name);
  }
  if (!facts.given("on_starttls")) {
    const bool again = plan.backend && plan.identity == session::Identity::proxy_v2_tls;
    plan.dialog.on_starttls = again ? OnStarttls::reconnect : OnStarttls::reset;
    set_default(applied, "on_starttls", again ? "reconnect" : "reset");
  }
  if (plan.policy && !facts.given("policy_at")) {
    plan.dialog.policy_stages = {smtp::PolicyStage::rcpt};
    set_default(applied, "policy_at", "rcpt");
  }
}

std::vector<std::string> check_policy(const Draft& draft, const Applied& applied, const std::set<std::string>& given) {
  const Facts facts{draft, applied, true, &given};
  std::vector<std::string> faults;
  for (const Check& check : checks()) {
    const auto& names = check.about;
    const bool doubtful =
        std::any_of(names.begin(), names.end(), [&](const std::string& name) { return applied.faulty.contains(name); });
    const bool changed =
        std::any_of(names.begin(), names.end(), [&](const std::string& name) { return given.contains(name); });
    std::string fault = doubtful || !changed ? "" : check.fault(facts);
    if (!fault.empty()) faults.push_back(std::move(fault));
  }
  return faults;
}

std::vector<std::string> cross_check(const Draft& draft, const Applied& applied, const Environment& environment) {
  const Facts facts{draft, applied, environment.root};
  std::vector<std::string> faults;
  for (const Check& check : checks()) {
    const bool doubtful = std::any_of(check.about.begin(), check.about.end(),
                                      [&](const std::string& name) { return applied.faulty.contains(name); });
    std::string fault = doubtful ? "" : check.fault(facts);
    if (!fault.empty()) faults.push_back(std::move(fault));
  }
  return faults;
}

}  // namespace config
