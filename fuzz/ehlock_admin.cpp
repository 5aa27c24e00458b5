// Fuzz target: what comes in by the admin socket (commands), goes out by it (rows, read by `ehlock status` and `top`),
// and what the supervisor tells a worker. Each command has an answer of whole lines, rows survive being written and
// read, and an order that decodes encodes to what decodes the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "apps/ehlock/serve/admin_commands.hpp"
#include "apps/ehlock/serve/control_wire.hpp"
#include "apps/ehlock/watch/report.hpp"
#include "must.hpp"

namespace {

using fuzz::must;

app::AdminDeeds deeds() {
  app::AdminDeeds made;
  made.report = [] { return app::Report{}; };
  made.sessions = [] { return std::vector<session::Listed>{}; };
  made.reload = [] { return std::string(); };
  made.drain = [] {};
  made.kill = [](const std::string& id) { return id.front() == '0'; };
  made.trace = [](const app::Trace& what) { must(!what.network.empty() && what.network.size() < 64); };
  return made;
}

void check_rows(std::string_view text) {
  const auto rows = app::decode_rows(text);
  const std::string written = app::encode(rows);
  const auto again = app::decode_rows(written);
  must(again.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) must(again[i].size() == rows[i].size());
  must(std::all_of(written.begin(), written.end(),
                   [](char c) { return c == '\t' || c == '\n' || (c >= 0x20 && c != 0x7f) || c < 0; }));
  const app::Report report = app::report_of(rows);
  constexpr std::int64_t now = 1'800'000'000;
  must(!app::text_of(report, now).empty() && !app::json_of(report, now).empty());
  must(app::status_of(report, now) >= 0 && app::status_of(report, now) <= 2);
  (void)app::rates_text(report, report, 1.0);
}

void check_order(std::string_view bytes) {
  const auto order = app::decode_order(bytes);
  if (!order) return;
  const auto again = app::decode_order(app::encode(*order));
  must(again.has_value() && app::encode(*again) == app::encode(*order));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const app::AdminDeeds these = deeds();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string answer = app::answer_of(these, std::string(bytes.substr(0, bytes.find('\n')).substr(0, 256)));
  must(answer.empty() || answer.back() == '\n');
  check_rows(bytes);
  check_order(bytes);
  return 0;
}
