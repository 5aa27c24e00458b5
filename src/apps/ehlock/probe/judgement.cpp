#include "apps/ehlock/probe/judgement.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/capabilities.hpp"

namespace app {
namespace {

using Complaints = std::vector<Complaint>;

bool offers(const std::vector<std::string>& lines, std::string_view keyword) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return base::iequals(smtp::keyword_of(line), keyword); });
}

void judge_versions(const ProbeFindings& findings, Complaints& complaints) {
  for (const auto& found : findings.versions) {
    const bool old = found.version == "TLSv1" || found.version == "TLSv1.1";
    if (old && found.spoken) complaints.push_back({Level::warning, found.version + " is still spoken"});
    if (found.version == "TLSv1.3" && !found.spoken) complaints.push_back({Level::warning, "TLSv1.3 is not spoken"});
  }
}

}  // namespace

std::string_view name_of(Level level) {
  switch (level) {
    case Level::ok:
      return "OK";
    case Level::warning:
      return "WARNING";
    case Level::critical:
      return "CRITICAL";
    case Level::unknown:
      return "UNKNOWN";
  }
  return "UNKNOWN";
}

int days_left(const tls::CertificateFacts& certificate, std::chrono::system_clock::time_point now) {
  return static_cast<int>(std::chrono::floor<std::chrono::days>(certificate.not_after - now).count());
}

Complaints judge_time(const tls::CertificateFacts& certificate, std::string_view what,
                      const config::ProbeOptions& options, std::chrono::system_clock::time_point now) {
  if (certificate.not_before > now) return {{Level::critical, fmt::format("{} is not valid yet", what)}};
  if (certificate.not_after < now) return {{Level::critical, fmt::format("{} has expired", what)}};
  const int days = days_left(certificate, now);
  const std::string text = fmt::format("{} ends in {} days", what, days);
  if (days < static_cast<int>(options.critical_days)) return {{Level::critical, text}};
  if (days < static_cast<int>(options.warn_days)) return {{Level::warning, text}};
  return {};
}

Complaints judge(const ProbeFindings& findings, const config::ProbeOptions& options,
                 std::chrono::system_clock::time_point now) {
  if (!findings.fault.empty()) return {{Level::critical, findings.fault}};
  Complaints complaints;
  for (std::size_t i = 0; i < findings.chain.size(); ++i) {
    const std::string what = i == 0 ? "the certificate" : fmt::format("certificate {} of the chain", i + 1);
    for (auto& each : judge_time(findings.chain[i], what, options, now)) complaints.push_back(std::move(each));
  }
  if (options.verify && !findings.doubt.empty()) complaints.push_back({Level::critical, findings.doubt});
  if (findings.injection == Injection::executed) {
    complaints.push_back({Level::critical, "a command sent before TLS is executed inside it (CVE-2011-0411)"});
  }
  if (findings.tls.key_exchange().empty()) {
    complaints.push_back({Level::warning, findings.tls.cipher + " has no forward secrecy"});
  }
  if (offers(findings.offered_in_clear, "AUTH")) complaints.push_back({Level::warning, "AUTH is offered in clear"});
  if (offers(findings.offered, "STARTTLS")) {
    complaints.push_back({Level::warning, "STARTTLS is offered inside TLS (RFC 3207 section 4.2 forbids it)"});
  }
  judge_versions(findings, complaints);
  return complaints;
}

Level worst_of(const Complaints& complaints) {
  Level worst = Level::ok;
  for (const auto& each : complaints) worst = std::max(worst, each.level);
  return worst;
}

}  // namespace app
