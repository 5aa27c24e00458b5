#include "apps/ehlock/probe/probe.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/client/authorities.hpp"
#include "apps/ehlock/probe/report.hpp"
#include "apps/ehlock/probe/sessions.hpp"
#include "config/load.hpp"
#include "net/spawn.hpp"
#include "os/files.hpp"
#include "tls/chain.hpp"

namespace app {
namespace {

constexpr std::uint16_t submissions_port = 465;  // RFC 8314 §3.3
constexpr std::size_t largest_key = 1 << 20;

int unknown(std::string_view why) {
  fmt::print(stderr, "{} - {}\n", name_of(Level::unknown), why);
  return static_cast<int>(Level::unknown);
}

// The data of a record for the key that is to follow.
base::Result<std::string> next_tlsa(const std::string& file) {
  auto text = os::read_file(file, largest_key);
  if (!text) return text;
  auto key = tls::public_der_in(*text);
  ::explicit_bzero(text->data(), text->size());
  if (!key) return base::fail("{}: {}", file, key.error().text);
  return tls::tlsa_data(3, *key);
}

// The present key, the authority above it, the key to follow; as lines of a zone (RFC 7672 §3.1).
base::Result<std::vector<std::string>> tlsa_records(const config::ProbeOptions& options,
                                                    const std::vector<tls::CertificateFacts>& chain) {
  std::vector<std::string> data;
  if (!chain.empty()) data.push_back(tls::tlsa_data(3, chain.front().public_der));
  if (!options.next_key.empty()) {
    auto next = next_tlsa(options.next_key);
    if (!next) return tl::unexpected(next.error());
    if (data.empty() || data.front() != *next) data.push_back(std::move(*next) + " ; next key");
  }
  if (chain.size() > 1) data.push_back(tls::tlsa_data(2, chain[1].public_der) + " ; authority");
  for (auto& each : data) each = fmt::format("_{}._tcp.{}. IN TLSA {}", options.server.port, options.name(), each);
  return data;
}

struct Run {
  ProbePlan plan;
  ProbeFindings findings;
  net::Loop loop;
};

net::Task<void> perform(Run& run) {
  run.findings = co_await probe_server(run.loop, run.plan);
}

base::Result<ProbePlan> plan_of(const config::ProbeOptions& options) {
  auto authorities = read_authorities(options.ca_file);
  if (!authorities && (options.verify || !options.ca_file.empty())) return base::fail("{}", authorities.error().text);
  auto addresses = os::resolve(options.server, false);
  if (!addresses) return tl::unexpected(addresses.error());
  const bool implicit = options.implicit || options.server.port == submissions_port;
  return ProbePlan{std::move(*addresses),
                   options.server.text(),
                   options.name(),
                   authorities ? std::move(*authorities) : "",
                   config::process_environment().host_name,
                   implicit,
                   options.transcript && !options.json,
                   options.timeout};
}

}  // namespace

int probe(const config::ProbeOptions& options) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  auto plan = plan_of(options);
  if (!plan) return unknown(plan.error().text);
  Run run{std::move(*plan), {}, {}};
  net::spawn(run.loop, perform(run), [&](std::string_view what) { run.findings.fault = what; });
  run.loop.run();
  if (options.tlsa) {
    auto records = tlsa_records(options, run.findings.chain);
    if (!records) return unknown(records.error().text);
    run.findings.tlsa = std::move(*records);
  }
  const auto now = std::chrono::system_clock::now();
  const auto complaints = judge(run.findings, options, now);
  fmt::print("{}",
             options.json ? report_json(run.findings, complaints, now) : report_text(run.findings, complaints, now));
  return static_cast<int>(worst_of(complaints));
}

}  // namespace app
