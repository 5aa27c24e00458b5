#include "apps/ehlock/watch/report.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/text.hpp"
#include "log/forms.hpp"

namespace app {
namespace {

constexpr char between = '\t';

std::int64_t number_in(const std::string& word) {
  constexpr std::int64_t far = 1'000'000'000'000'000;  // beyond every time and count, so that differences fit too
  return std::clamp(base::number<std::int64_t>(word).value_or(0), -far, far);
}

ReportedTally tally_of(const Row& row) {
  ReportedTally tally{row[1], {}, static_cast<std::uint64_t>(number_in(row.back()))};
  for (std::size_t i = 2; i + 2 < row.size(); i += 2) tally.labels[row[i]] = row[i + 1];
  return tally;
}

void take(Report& report, const Row& row) {
  const std::string& kind = row.front();
  if (kind == "fact" && row.size() == 3) report.facts[row[1]] = row[2];
  if (kind == "number" && row.size() == 3) report.numbers[row[1]] = number_in(row[2]);
  if (kind == "tally" && row.size() >= 3) report.tallies.push_back(tally_of(row));
  if (kind == "listener" && row.size() == 2) report.listeners.push_back(row[1]);
  if (kind == "certificate" && row.size() == 5) {
    report.certificates.push_back({row[1], row[2], number_in(row[3]), row[4]});
  }
}

Row row_of(const ReportedTally& tally) {
  Row row{"tally", tally.metric};
  for (const auto& [name, value] : tally.labels) {
    row.push_back(name);
    row.push_back(value);
  }
  row.push_back(fmt::format("{}", tally.count));
  return row;
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", log::json_escaped(text));
}

std::string json_of(const ReportedTally& tally) {
  std::string text = "{";
  for (const auto& [name, value] : tally.labels) text += fmt::format("{}:{},", quoted(name), quoted(value));
  return text + fmt::format("\"count\":{}}}", tally.count);
}

std::string json_tallies(const Report& report) {
  std::map<std::string, std::vector<std::string>> metrics;
  for (const auto& tally : report.tallies) metrics[tally.metric].push_back(json_of(tally));
  std::vector<std::string> parts;
  parts.reserve(metrics.size());
  for (const auto& [metric, all] : metrics)
    parts.push_back(fmt::format("{}:[{}]", quoted(metric), fmt::join(all, ",")));
  return fmt::format("{}", fmt::join(parts, ","));
}

constexpr std::int64_t day = 86'400;

std::int64_t days_left(const ReportedCertificate& certificate, std::int64_t now) {
  return (certificate.not_after - now) / day;
}

std::string json_certificates(const Report& report, std::int64_t now) {
  std::vector<std::string> parts;
  for (const auto& one : report.certificates) {
    parts.push_back(fmt::format(R"({{"name":{},"serial":{},"not_after":{},"days_left":{},"file":{}}})",
                                quoted(one.name), quoted(one.serial), one.not_after, days_left(one, now),
                                quoted(one.file)));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

std::int64_t number(const Report& report, const std::string& name) {
  const auto found = report.numbers.find(name);
  return found == report.numbers.end() ? 0 : found->second;
}

std::string fact(const Report& report, const std::string& name) {
  const auto found = report.facts.find(name);
  return found == report.facts.end() ? "" : found->second;
}

// "no_shared_version 2, not_tls 1"
std::string listed(const Report& report, std::string_view metric, const std::string& label) {
  std::string text;
  for (const auto& [value, count] : by_label(report, metric, label)) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", value, count);
  }
  return text.empty() ? "none" : text;
}

// "2d 3h", "3h 12m", "12m", "40s"
std::string text_of_time(std::int64_t seconds) {
  if (seconds >= day) return fmt::format("{}d {}h", seconds / day, seconds % day / 3600);
  if (seconds >= 3600) return fmt::format("{}h {}m", seconds / 3600, seconds % 3600 / 60);
  return seconds >= 60 ? fmt::format("{}m", seconds / 60) : fmt::format("{}s", seconds);
}

std::string line(std::string_view name, std::string_view text) {
  return fmt::format("{:<12} {}\n", name, text);
}

std::string text_of(const ReportedCertificate& one, std::int64_t now) {
  const std::int64_t left = one.not_after - now;
  const std::string when = left <= 0 ? "HAS EXPIRED" : fmt::format("{} days left", days_left(one, now));
  return line("certificate", fmt::format("{}  {}  (serial {}, {})", one.name, when, one.serial, one.file));
}

}  // namespace

std::string encode(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "\t") + base::escaped(row[i]);
    text += '\n';
  }
  return text;
}

std::vector<Row> decode_rows(std::string_view text) {
  std::vector<Row> rows;
  for (const auto each : base::split(text, '\n')) {
    if (each.empty()) continue;
    Row row;
    for (const auto word : base::split(each, between)) row.emplace_back(word);
    rows.push_back(std::move(row));
  }
  return rows;
}

Report report_of(const std::vector<Row>& rows) {
  Report report;
  for (const Row& row : rows) take(report, row);
  return report;
}

std::vector<Row> rows_of(const Report& report) {
  std::vector<Row> rows;
  for (const auto& [name, text] : report.facts) rows.push_back({"fact", name, text});
  for (const auto& [name, value] : report.numbers) rows.push_back({"number", name, fmt::format("{}", value)});
  for (const auto& listener : report.listeners) rows.push_back({"listener", listener});
  for (const auto& one : report.certificates) {
    rows.push_back({"certificate", one.name, one.serial, fmt::format("{}", one.not_after), one.file});
  }
  for (const auto& tally : report.tallies) rows.push_back(row_of(tally));
  return rows;
}

std::string json_of(const Report& report, std::int64_t now) {
  std::string text = "{";
  for (const auto& [name, value] : report.facts) text += fmt::format("{}:{},", quoted(name), quoted(value));
  for (const auto& [name, value] : report.numbers) text += fmt::format("{}:{},", quoted(name), value);
  std::vector<std::string> listeners;
  for (const auto& listener : report.listeners) listeners.push_back(quoted(listener));
  return text + fmt::format("\"listeners\":[{}],\"certificates\":[{}],\"counts\":{{{}}}}}\n", fmt::join(listeners, ","),
                            json_certificates(report, now), json_tallies(report));
}

std::string text_of(const Report& report, std::int64_t now) {
  const std::string unready = fact(report, "unready");
  std::string text = line("ehlock", fmt::format("{}, {}, up {} (process {})", fact(report, "version"),
                                                unready.empty() ? "ready" : "NOT READY: " + unready,
                                                text_of_time(now - number(report, "started")), number(report, "pid")));
  for (const auto& listener : report.listeners) text += line("listening", listener);
  text +=
      line("sessions", fmt::format("{} now, {} in all, {} refused; {} workers", number(report, "active"),
                                   total(report, "connections"), number(report, "refused"), number(report, "workers")));
  text +=
      line("messages", fmt::format("{} for {} recipients", number(report, "messages"), number(report, "recipients")));
  text +=
      line("handshakes", fmt::format("{}: {}", total(report, "handshakes"), listed(report, "handshakes", "version")));
  text += line("ciphers", listed(report, "cipher", "cipher"));
  text += line("groups", listed(report, "group", "group"));
  text += line("failures", listed(report, "failures", "reason"));
  text += line("ends", listed(report, "sessions", "result"));
  text += line("backend", fact(report, "backend") + ": " + listed(report, "backend", "result"));
  for (const auto& one : report.certificates) text += text_of(one, now);
  if (!fact(report, "last_reload").empty()) text += line("last reload", fact(report, "last_reload"));
  return text;
}

std::string rates_text(const Report& now, const Report& before, double seconds) {
  const auto rate = [&](std::string_view metric) {
    return static_cast<double>(total(now, metric) - total(before, metric)) / seconds;
  };
  return line("a second", fmt::format("{:.1f} connections, {:.1f} handshakes, {:.1f} failed handshakes",
                                      rate("connections"), rate("handshakes"), rate("failures")));
}

std::vector<std::pair<std::string, std::uint64_t>> by_label(const Report& report, std::string_view metric,
                                                            const std::string& label) {
  std::map<std::string, std::uint64_t> sums;
  for (const auto& tally : report.tallies) {
    const auto found = tally.labels.find(label);
    if (tally.metric == metric && found != tally.labels.end()) sums[found->second] += tally.count;
  }
  std::vector<std::pair<std::string, std::uint64_t>> sorted(sums.begin(), sums.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

std::uint64_t total(const Report& report, std::string_view metric) {
  std::uint64_t sum = 0;
  for (const auto& tally : report.tallies) sum += tally.metric == metric ? tally.count : 0;
  return sum;
}

int status_of(const Report& report, std::int64_t now) {
  constexpr std::int64_t soon = 14 * day;
  const auto expires_within = [&](std::int64_t time) {
    return std::any_of(report.certificates.begin(), report.certificates.end(),
                       [&](const ReportedCertificate& one) { return one.not_after - now <= time; });
  };
  if (!fact(report, "unready").empty() || expires_within(0)) return 2;
  return expires_within(soon) ? 1 : 0;
}

}  // namespace app
