// Elements of a list in which braces hold things together.
#include "postfix/maps.hpp"

#include <optional>

#include "base/text.hpp"

namespace postfix {
namespace {

constexpr std::string_view separators = ", \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Cuts the next element off; nothing when a brace does not close.
std::optional<std::string_view> take_element(std::string_view& rest) {
  int depth = 0;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    const char c = rest[at];
    if (depth == 0 && separators.find(c) != std::string_view::npos) break;
    if (c == '{') ++depth;
    if (c == '}' && --depth < 0) return std::nullopt;
  }
  if (depth != 0) return std::nullopt;
  const std::string_view element = rest.substr(0, at);
  rest.remove_prefix(at);
  return element;
}

base::Result<std::vector<std::string_view>> elements(std::string_view text) {
  std::vector<std::string_view> found;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
    if (text.empty()) return found;
    const auto element = take_element(text);
    if (!element) return base::fail("unbalanced braces in \"{}\"", base::escaped(text, 80));
    found.push_back(*element);
  }
}

// The inside of "{...}"; other texts as they are.
std::string_view unbraced(std::string_view text) {
  text = trimmed(text);
  const bool braced = text.size() >= 2 && text.front() == '{' && text.back() == '}';
  return braced ? trimmed(text.substr(1, text.size() - 2)) : text;
}

}  // namespace

base::Result<std::vector<MapName>> maps_of(std::string_view value) {
  const auto words = elements(value);
  if (!words) return tl::unexpected(words.error());
  std::vector<MapName> maps;
  for (const std::string_view word : *words) {
    const auto colon = word.find(':');
    if (colon == std::string_view::npos || colon > word.find_first_of("/{")) {
      return base::fail("expecting \"type:name\" form instead of \"{}\"", base::escaped(word, 200));
    }
    maps.push_back({std::string(word.substr(0, colon)), std::string(word.substr(colon + 1))});
  }
  return maps;
}

base::Result<std::vector<MapEntry>> inline_entries(std::string_view text) {
  const auto words = elements(unbraced(text));
  if (!words) return tl::unexpected(words.error());
  std::vector<MapEntry> entries;
  for (const std::string_view word : *words) {
    const std::string_view pair = unbraced(word);
    const auto equals = pair.find('=');
    const std::string_view key = trimmed(pair.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      return base::fail("not \"key = value\": \"{}\"", base::escaped(pair, 80));
    }
    entries.push_back({std::string(key), std::string(trimmed(pair.substr(equals + 1)))});
  }
  return entries;
}

std::vector<MapEntry> listed_entries(std::string_view text) {
  std::vector<MapEntry> entries;
  for (const std::string_view line : base::split(text, '\n')) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || tab == 0) continue;
    entries.push_back({std::string(line.substr(0, tab)), std::string(trimmed(line.substr(tab + 1)))});
  }
  return entries;
}

}  // namespace postfix
