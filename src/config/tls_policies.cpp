#include "config/tls_policies.hpp"

#include <algorithm>
#include <utility>

#include "config/checks.hpp"
#include "config/lent.hpp"
#include "config/listener_checks.hpp"
#include "config/serve_options.hpp"
#include "config/settings_text.hpp"

namespace config {
namespace {

constexpr std::size_t longest_name = 64;
constexpr std::string_view plain_name = "default";  // in rules: the plain options

// A policy under way.
struct Named {
  std::string name;
  std::string origin;
  Draft draft;
  Applied applied;
  std::set<std::string> given{};  // names of the rows its tables have
};

// A rule that was read, for those behind it.
struct Ruled {
  TlsRule rule;
  std::string origin;
};

struct Work {
  Draft& draft;
  Applied& applied;
  std::vector<Named> policies{};
  std::vector<Ruled> rules{};
  std::set<std::string> chosen{};  // names of policies some rule names
  Sections sections{};
};

bool fit_for_a_name(std::string_view name) {
  const auto fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), fit);
}

void check_name(const Section& section, Applied& applied) {
  if (section.name == plain_name) {
    applied.faults.push_back(section.origin +
                             ": tls_policy.default: the plain options are the policy of this name already");
  } else if (!fit_for_a_name(section.name)) {
    applied.faults.push_back(fmt::format("{}: tls_policy: \"{}\": a name is 1 to {} letters, digits, - and _",
                                         section.origin, base::escaped(section.name), longest_name));
  }
}

Named& named(Work& work, const Section& section) {
  const auto found = std::find_if(work.policies.begin(), work.policies.end(),
                                  [&](const Named& each) { return each.name == section.name; });
  if (found != work.policies.end()) return *found;
  check_name(section, work.applied);
  work.policies.push_back({section.name, section.origin, work.draft, work.applied});
  work.policies.back().applied.faults.clear();
  return work.policies.back();
}

void read_policy(Work& work, const Section& section) {
  Named& policy = named(work, section);
  policy.applied.faulty.insert(section.faulty.begin(), section.faulty.end());
  apply_assignments(serve_options(), section.assignments, policy.draft, policy.applied);
  for (const Assignment& each : section.assignments) policy.given.insert(name_of(serve_options()[each.option].shape));
}

void finish_policy(Work& work, Named& policy, const Environment& environment) {
  if (policy.given.contains("tls.client_ca")) name_credentials(policy.draft, environment, policy.applied);
  for (std::string& fault : policy.applied.faults) work.applied.faults.push_back(std::move(fault));
  for (std::string& fault : check_policy(policy.draft, policy.applied, policy.given)) {
    work.applied.faults.push_back(std::move(fault));
  }
  const ServePlan& plan = policy.draft.plan;
  work.draft.plan.tls_policies.push_back({policy.name, plan.tls, plan.client_ca_file, plan.dialog.require_tls,
                                          plan.dialog.auth_before_tls, plan.greylist});
  SettingGroup group{fmt::format("[tls_policy.{}]", policy.name), policy.origin, {}};
  for (const Option<Draft>& option : serve_options()) {
    if (!policy.given.contains(name_of(option.shape))) continue;
    group.settings.push_back(said_of(option.shape, policy.applied));
    group.settings.back().name = policy_key(option.shape);
  }
  work.sections.settings.push_back(std::move(group));
}

std::vector<std::size_t> listeners_of(const std::vector<Listener>& all, const os::Endpoint& wanted) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (covers(wanted, all[i].endpoint)) found.push_back(i);
  }
  return found;
}

// Number of the policy, or what is wrong with its name.
base::Result<std::size_t> number_of(const Work& work, const std::string& name) {
  if (name == plain_name) return 0U;
  std::vector<std::string> known{std::string(plain_name)};
  for (std::size_t i = 0; i < work.policies.size(); ++i) {
    if (work.policies[i].name == name) return i + 1;
    known.push_back(work.policies[i].name);
  }
  return base::fail("\"{}\": there is no [tls_policy.{}]{}", base::escaped(name), base::escaped(name),
                    suggestion(name, known));
}

// What the words of a rule mean together; its faults go to `faults`.
TlsRule meant(const Work& work, const RuleDraft& said, const Applied& applied, std::vector<std::string>& faults) {
  TlsRule rule;
  rule.networks = said.networks;
  for (const os::Endpoint& each : said.listeners) {
    const auto found = listeners_of(work.draft.plan.listeners, each);
    rule.listeners.insert(rule.listeners.end(), found.begin(), found.end());
    if (!found.empty()) continue;
    faults.push_back(fmt::format("{}: \"{}\": there is no such listener", applied.current.at("listener").label,
                                 base::escaped(each.text())));
  }
  const auto number = number_of(work, said.policy);
  if (number) rule.policy = *number;
  if (!number) faults.push_back(applied.current.at("tls_policy").label + ": " + number.error().text);
  return rule;
}

std::string lacking(const Section& section, const RuleDraft& said, const Applied& applied) {
  if (said.policy.empty() && !applied.faulty.contains("tls_policy")) {
    return section.origin + ": match: tls_policy is missing: which policy is chosen?";
  }
  if (said.networks.empty() && said.listeners.empty() && applied.faulty.empty()) {
    return section.origin + ": match: needs network or listener: whoever matches nothing has the plain options anyway";
  }
  return "";
}

// A rule that can never be asked is a mistake, whichever of the two was meant.
std::string hidden(const Work& work, const Section& section, const TlsRule& rule) {
  const auto found =
      std::find_if(work.rules.begin(), work.rules.end(), [&](const Ruled& each) { return hides(each.rule, rule); });
  if (found == work.rules.end()) return "";
  return fmt::format("{}: match: never holds, since the rule at {} is asked first and has all its clients",
                     section.origin, found->origin);
}

void read_rule(Work& work, const Section& section) {
  RuleDraft said;
  Applied own;
  own.faulty = section.faulty;
  apply_assignments(rule_options(), section.assignments, said, own);
  work.chosen.insert(said.policy);
  std::vector<std::string> faults = std::move(own.faults);
  if (std::string fault = lacking(section, said, own); !fault.empty()) faults.push_back(std::move(fault));
  if (faults.empty() && own.faulty.empty()) {
    const TlsRule rule = meant(work, said, own, faults);
    if (faults.empty()) {
      if (std::string fault = hidden(work, section, rule); !fault.empty()) faults.push_back(std::move(fault));
      work.rules.push_back({rule, section.origin});
    }
  }
  SettingGroup group{"[[match]]", section.origin, {}};
  for (const Option<RuleDraft>& option : rule_options()) {
    if (own.current.contains(option.shape.key)) group.settings.push_back(said_of(option.shape, own));
  }
  work.sections.settings.push_back(std::move(group));
  work.applied.faults.insert(work.applied.faults.end(), faults.begin(), faults.end());
}

template <typename Action>
void each_section(const std::vector<Reading>& readings, bool rules, const Action& action) {
  for (const Reading& reading : readings) {
    for (const Section& section : reading.sections) {
      if (section.rule == rules) action(section);
    }
  }
}

}  // namespace

Sections add_tls_policies(const std::vector<Reading>& readings, const Environment& environment, Draft& draft,
                          Applied& applied) {
  Work work{draft, applied};
  each_section(readings, false, [&](const Section& section) { read_policy(work, section); });
  for (Named& policy : work.policies) finish_policy(work, policy, environment);
  each_section(readings, true, [&](const Section& section) { read_rule(work, section); });
  for (const Ruled& each : work.rules) draft.plan.tls_rules.push_back(each.rule);
  for (const Named& policy : work.policies) {
    if (work.chosen.contains(policy.name)) continue;
    work.sections.warnings.push_back(
        fmt::format("{}: tls_policy.{}: no [[match]] chooses it", policy.origin, base::escaped(policy.name)));
  }
  return std::move(work.sections);
}

}  // namespace config
