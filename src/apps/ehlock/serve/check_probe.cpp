#include "apps/ehlock/serve/check_probe.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/client/authorities.hpp"
#include "apps/ehlock/probe/backend.hpp"
#include "net/spawn.hpp"
#include "tls/chain.hpp"

namespace app {
namespace {

constexpr std::chrono::seconds longest_wait{5};

struct Trial {
  BackendToTry backend;
  base::Result<std::string> answer = base::fail("no answer");
  net::Loop loop;
};

net::Task<void> perform(Trial& trial) {
  trial.answer = co_await try_backend(trial.loop, trial.backend);
}

// A name without a slash is looked for where the user of programs looks.
void probe_program(const std::vector<std::string>& program, ProbedPlan& probed) {
  if (program.empty()) return;  // all is handed over
  const std::string& file = program.front();
  probed.facts.push_back("program: not started");
  if (file.find('/') == std::string::npos || ::access(file.c_str(), X_OK) == 0) return;
  probed.complaints.push_back({Level::critical, base::fail_errno("program " + file, errno).value().text});
}

void probe_backend(const Prepared& prepared, ProbedPlan& probed) {
  const auto& plan = prepared.plan;
  if (!plan.backend) return probe_program(plan.program, probed);
  const auto patience = std::min(longest_wait, plan.limits.connect);
  const bool greets_again = plan.dialog.on_starttls == smtp::OnStarttls::reset;
  Trial trial{{prepared.backend, plan.identity, plan.dialog.name, greets_again, patience}, base::fail("no answer"), {}};
  net::spawn(trial.loop, perform(trial), [&](std::string_view what) { trial.answer = base::fail("{}", what); });
  trial.loop.run();
  const std::string name = "backend " + plan.backend->text();
  if (trial.answer) return probed.facts.push_back(fmt::format("{}: {}", name, *trial.answer));
  probed.complaints.push_back({Level::critical, fmt::format("{}: {}", name, trial.answer.error().text)});
}

// Each certificate is for every listener. Without authorities of the system nothing is said of trust.
void probe_certificate(const LoadedChain& chain, const std::string& authorities, ProbedPlan& probed) {
  probed.facts.push_back("certificate " + text_of(chain));
  const auto now = std::chrono::system_clock::now();
  for (auto& each : judge_time(chain.facts, chain.origin, {}, now)) probed.complaints.push_back(std::move(each));
  const std::string doubt = authorities.empty() ? "" : tls::doubt_about(chain.pem, authorities, "");
  if (!doubt.empty()) {
    probed.complaints.push_back({Level::warning, fmt::format("{}: clients that verify say: {}", chain.origin, doubt)});
  }
}

}  // namespace

ProbedPlan probe_plan(const Prepared& prepared) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  ProbedPlan probed;
  const auto authorities = read_authorities("");
  for (const auto& chain : prepared.chains) probe_certificate(chain, authorities ? *authorities : "", probed);
  probe_backend(prepared, probed);
  return probed;
}

}  // namespace app
