// Judgement: what is wrong with findings, for monitoring. Pure; levels and numbers are those of Nagios and its kin.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "apps/ehlock/probe/findings.hpp"
#include "config/commands.hpp"

namespace app {

enum class Level { ok = 0, warning = 1, critical = 2, unknown = 3 };

struct Complaint {
  Level level = Level::ok;
  std::string text;
};

// "OK", "WARNING"
[[nodiscard]] std::string_view name_of(Level level);

[[nodiscard]] int days_left(const tls::CertificateFacts& certificate, std::chrono::system_clock::time_point now);

// Of one certificate's time. `what` begins the text.
[[nodiscard]] std::vector<Complaint> judge_time(const tls::CertificateFacts& certificate, std::string_view what,
                                                const config::ProbeOptions& options,
                                                std::chrono::system_clock::time_point now);

[[nodiscard]] std::vector<Complaint> judge(const ProbeFindings& findings, const config::ProbeOptions& options,
                                           std::chrono::system_clock::time_point now);

[[nodiscard]] Level worst_of(const std::vector<Complaint>& complaints);

}  // namespace app
