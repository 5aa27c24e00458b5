// Report: what the service says of itself on its admin socket: rows of words, so that status, top and scripts read the
// same. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace app {

using Row = std::vector<std::string>;

// "word<TAB>word...\n" for each row; control characters are escaped.
[[nodiscard]] std::string encode(const std::vector<Row>& rows);
[[nodiscard]] std::vector<Row> decode_rows(std::string_view text);

struct ReportedTally {
  std::string metric;                         // "handshakes"
  std::map<std::string, std::string> labels;  // "version" -> "TLSv1.3"
  std::uint64_t count = 0;
};

struct ReportedCertificate {
  std::string name;
  std::string serial;
  std::int64_t not_after = 0;
  std::string file;
};

struct Report {
  std::map<std::string, std::string> facts;     // "state" -> "serving"; texts
  std::map<std::string, std::int64_t> numbers;  // "active" -> 3
  std::vector<ReportedTally> tallies;
  std::vector<ReportedCertificate> certificates;
  std::vector<std::string> listeners;
};

// Rows that are not understood are left out: an older program may ask a newer service.
[[nodiscard]] Report report_of(const std::vector<Row>& rows);
[[nodiscard]] std::vector<Row> rows_of(const Report& report);

// One object.
[[nodiscard]] std::string json_of(const Report& report, std::int64_t now);

// Lines for people. With a former report of `seconds` ago there are rates too.
[[nodiscard]] std::string text_of(const Report& report, std::int64_t now);
[[nodiscard]] std::string rates_text(const Report& now, const Report& before, double seconds);

// The sum of a metric's counts by one of its labels, largest first.
[[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> by_label(const Report& report, std::string_view metric,
                                                                          const std::string& label);
[[nodiscard]] std::uint64_t total(const Report& report, std::string_view metric);

// For monitoring systems: 0 well, 1 a certificate expires within 14 days, 2 not ready or a certificate has expired.
[[nodiscard]] int status_of(const Report& report, std::int64_t now);

}  // namespace app
