// main.cf as text, and the parameters in it.
#include "postfix/main_cf.hpp"

#include <utility>

#include "base/text.hpp"
#include "postfix/expand.hpp"
#include "postfix/values.hpp"

namespace postfix {
namespace {

constexpr std::string_view white = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

// A logical line and where it began.
struct Line {
  std::string text;
  unsigned number = 0;
};

bool is_comment_or_empty(std::string_view line) {
  const auto first = line.find_first_not_of(white);
  return first == std::string_view::npos || line[first] == '#';
}

base::Result<std::vector<Line>> logical_lines(std::string_view text) {
  std::vector<Line> lines;
  unsigned number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    if (is_comment_or_empty(line)) continue;
    if (white.find(line.front()) == std::string_view::npos) {
      lines.push_back({std::string(line), number});
    } else if (lines.empty()) {
      return base::fail("line {}: the first line must not begin with white space", number);
    } else {
      lines.back().text += line;
    }
  }
  return lines;
}

base::Result<Entry> entry_of(std::string_view line) {
  const auto equals = line.find('=');
  const std::string_view name = trimmed(line.substr(0, equals));
  if (equals == std::string_view::npos || name.empty() || name.find_first_of(white) != std::string_view::npos) {
    return base::fail("not \"name = value\": {}", base::escaped(line, 80));
  }
  if (line.find('\0') != std::string_view::npos) return base::fail("a NUL in the value of {}", base::escaped(name, 80));
  return Entry{std::string(name), std::string(trimmed(line.substr(equals + 1))), 0};
}

}  // namespace

base::Result<std::vector<Entry>> entries_of(std::string_view text) {
  if (text.size() > main_cf_limit) return base::fail("over {} octets", main_cf_limit);
  auto lines = logical_lines(text);
  if (!lines) return tl::unexpected(lines.error());
  std::vector<Entry> entries;
  for (const Line& line : *lines) {
    auto entry = entry_of(line.text);
    if (!entry) return base::fail("line {}: {}", line.number, entry.error().text);
    entry->line = line.number;
    entries.push_back(std::move(*entry));
  }
  return entries;
}

base::Result<Parameters> Parameters::read(std::string_view text) {
  auto entries = entries_of(text);
  if (!entries) return tl::unexpected(entries.error());
  Parameters parameters;
  for (Entry& entry : *entries) parameters.file_.insert_or_assign(std::move(entry.name), std::move(entry.value));
  return parameters;
}

base::Result<void> Parameters::option(std::string_view text) {
  auto entry = entry_of(text);
  if (!entry) return tl::unexpected(entry.error());
  options_.insert_or_assign(std::move(entry->name), std::move(entry->value));
  return {};
}

void Parameters::force(std::string name, std::string value) {
  forced_.insert_or_assign(std::move(name), std::move(value));
}

void Parameters::assume(std::string name, std::string value) {
  defaults_.insert_or_assign(std::move(name), std::move(value));
}

std::optional<std::string_view> Parameters::raw(std::string_view name) const {
  for (const Texts* texts : {&forced_, &options_, &file_, &defaults_}) {
    if (const auto found = texts->find(name); found != texts->end()) return found->second;
  }
  return std::nullopt;
}

base::Result<std::string> Parameters::value(std::string_view name) const {
  const auto text = raw(name);
  if (!text) return std::string();
  auto expanded = expand(*text, [this](std::string_view other) { return raw(other); });
  if (!expanded) return base::fail("parameter {}: {}", name, expanded.error().text);
  return expanded;
}

base::Result<bool> Parameters::boolean(std::string_view name) const {
  return value(name).and_then([&](const std::string& text) { return boolean_of(name, text); });
}

base::Result<int> Parameters::number(std::string_view name, int least) const {
  return value(name).and_then([&](const std::string& text) { return number_of(name, text, least); });
}

base::Result<std::chrono::seconds> Parameters::time(std::string_view name, char unit) const {
  return value(name).and_then([&](const std::string& text) { return time_of(name, text, unit); });
}

base::Result<std::vector<std::string>> Parameters::list(std::string_view name) const {
  return value(name).and_then([&](const std::string& text) { return list_of(name, text); });
}

}  // namespace postfix
