// Findings and judgement as text for people (the first line is what monitoring shows) and as JSON.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "apps/ehlock/probe/findings.hpp"
#include "apps/ehlock/probe/judgement.hpp"

namespace app {

using Moment = std::chrono::system_clock::time_point;

// Words of the server are escaped.
[[nodiscard]] std::string report_text(const ProbeFindings& findings, const std::vector<Complaint>& complaints,
                                      Moment now);
[[nodiscard]] std::string report_json(const ProbeFindings& findings, const std::vector<Complaint>& complaints,
                                      Moment now);

}  // namespace app
