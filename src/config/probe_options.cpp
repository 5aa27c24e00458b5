// The table of ehlock probe.

#include "config/server_rows.hpp"
#include "config/tool_options.hpp"

namespace config {
namespace {

Option<ProbeOptions> days(const char* flag, const char* standard, std::size_t ProbeOptions::*place, const char* help) {
  return single<ProbeOptions>(
      {.flag = flag, .kind = Kind::count, .argument = "DAYS", .standard = standard, .help = help},
      [place](ProbeOptions & o) -> auto& { return o.*place; }, count(0, 3650));
}

Option<ProbeOptions> shows(const char* flag, bool ProbeOptions::*place, const char* help) {
  return single<ProbeOptions>(
      {.flag = flag, .kind = Kind::toggle, .standard = "false", .help = help},
      [place](ProbeOptions & o) -> auto& { return o.*place; }, toggle);
}

std::vector<Option<ProbeOptions>> all_rows() {
  auto rows = server_rows<ProbeOptions>("what to look at");
  rows.push_back(days("warn", "14", &ProbeOptions::warn_days, "a certificate that ends earlier is a warning"));
  rows.push_back(days("critical", "3", &ProbeOptions::critical_days, "a certificate that ends earlier is critical"));
  rows.push_back(single<ProbeOptions>(
      {.flag = "timeout", .kind = Kind::duration, .argument = "TIME", .standard = "30s", .help = "for each answer"},
      [](ProbeOptions & o) -> auto& { return o.timeout; }, duration));
  rows.push_back(shows("tlsa", &ProbeOptions::tlsa, "print TLSA records for the server's key"));
  rows.push_back(single<ProbeOptions>(
      {.flag = "next-key",
       .kind = Kind::file,
       .argument = "FILE",
       .unset = "none",
       .help = "with --tlsa, for this key or certificate too"},
      [](ProbeOptions & o) -> auto& { return o.next_key; }, plain));
  rows.push_back(shows("json", &ProbeOptions::json, "one JSON object instead of text"));
  rows.push_back(shows("transcript", &ProbeOptions::transcript, "show the first conversation"));
  return rows;
}

}  // namespace

const std::vector<Option<ProbeOptions>>& probe_options() {
  static const std::vector<Option<ProbeOptions>> table = all_rows();
  return table;
}

}  // namespace config
