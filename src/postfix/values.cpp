// Values as Postfix reads them.
#include "postfix/values.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.hpp"

namespace postfix {
namespace {

constexpr std::string_view separators = ", \t\r\n";

std::string_view shown(std::string_view value) {
  return value.substr(0, 200);
}

std::optional<long> seconds_in(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 7 * 86400;
    default:
      return std::nullopt;
  }
}

// The length of the {...} at the front; nothing when it does not close.
std::optional<std::size_t> group_length(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i + 1;
  }
  return std::nullopt;
}

}  // namespace

base::Result<bool> boolean_of(std::string_view name, std::string_view value) {
  if (base::iequals(value, "yes")) return true;
  if (base::iequals(value, "no")) return false;
  return base::fail("bad boolean configuration: {} = {}", name, base::escaped(shown(value)));
}

base::Result<int> number_of(std::string_view name, std::string_view value, int least) {
  const auto number = base::number<int>(value);
  if (!number) return base::fail("bad numerical configuration: {} = {}", name, base::escaped(shown(value)));
  if (*number < least) return base::fail("invalid {} parameter value {} < {}", name, *number, least);
  return *number;
}

base::Result<std::chrono::seconds> time_of(std::string_view name, std::string_view value, char unit) {
  std::string_view digits = value;
  if (!value.empty() && (value.back() < '0' || value.back() > '9')) {
    unit = value.back();
    digits.remove_suffix(1);
  }
  const auto count = base::number<int>(digits);
  const auto factor = seconds_in(base::lower(unit));
  if (!count || *count < 0 || !factor || *count > std::numeric_limits<int>::max() / *factor) {
    return base::fail("parameter {}: bad time value or unit: {}", name, base::escaped(shown(value)));
  }
  return std::chrono::seconds(*count * *factor);
}

base::Result<std::vector<std::string>> list_of(std::string_view name, std::string_view value) {
  std::vector<std::string> list;
  while (true) {
    value.remove_prefix(std::min(value.find_first_not_of(separators), value.size()));
    if (value.empty()) return list;
    if (value.front() != '{') {
      const std::size_t length = std::min(value.find_first_of(separators), value.size());
      list.emplace_back(value.substr(0, length));
      value.remove_prefix(length);
      continue;
    }
    const auto length = group_length(value);
    if (!length) return base::fail("parameter {}: brace without end: {}", name, base::escaped(shown(value)));
    list.emplace_back(base::trimmed(value.substr(1, *length - 2)));
    value.remove_prefix(*length);
  }
}

}  // namespace postfix
