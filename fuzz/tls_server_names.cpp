// Fuzz target: server names of clients and certificates: one name a line, the first is asked for, the others are in the
// table. What comes through is tame, and the table finds what a plain comparison with each entry finds.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "must.hpp"
#include "tls/server_names.hpp"

namespace {

using fuzz::must;

bool is_tame(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

void check_tame(std::string_view text) {
  const auto name = tls::host_name(text);
  if (!name) return;
  must(!name->empty() && name->size() <= 253 && name->front() != '.' && name->back() != '.');
  must(std::all_of(name->begin(), name->end(), is_tame) && name->find("..") == std::string::npos);
  must(tls::host_name(*name) == name);
}

std::optional<std::size_t> exact(const std::vector<std::string_view>& entries, std::string_view wanted) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (tls::host_name(entries[i]) == std::string(wanted)) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> by_wildcard(const std::vector<std::string_view>& entries, std::string_view wanted) {
  const std::size_t dot = wanted.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto rest = entries[i].starts_with("*.") ? tls::host_name(entries[i].substr(2)) : std::nullopt;
    if (rest && *rest == wanted.substr(dot + 1)) return i;
  }
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = base::split({reinterpret_cast<const char*>(data), size}, '\n');
  if (lines.size() > 64) return 0;
  tls::NameTable table;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    check_tame(lines[i]);
    table.add(lines[i], i);
  }
  const auto asked = tls::host_name(lines.front());
  if (!asked) return 0;
  const std::vector<std::string_view> entries(lines.begin(), lines.end());
  const auto found = table.find(*asked);
  must(found == exact(entries, *asked));
  must(found == std::size_t{0});  // it is in the table itself
  tls::NameTable others;
  for (std::size_t i = 1; i < lines.size(); ++i) others.add(lines[i], i - 1);
  const std::vector<std::string_view> rest(lines.begin() + 1, lines.end());
  const auto other = others.find(*asked);
  if (const auto same = exact(rest, *asked)) {
    must(other == same);
  } else if (const auto wild = by_wildcard(rest, *asked)) {
    must(other == wild);
  } else if (other) {
    must(lines[*other + 1].starts_with("."));  // of a domain
  }
  return 0;
}
