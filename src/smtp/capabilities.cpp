// Editing the EHLO reply, see capabilities.hpp.

#include "smtp/capabilities.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace smtp {
namespace {

constexpr std::string_view ends_of_keyword(" \t=");

// Whether a line, which begins with its keyword, has this one.
bool has(std::string_view line, std::string_view keyword) {
  const bool ends =
      line.size() == keyword.size() ||
      (line.size() > keyword.size() && ends_of_keyword.find(line[keyword.size()]) != std::string_view::npos);
  return ends && base::istarts_with(line, keyword);
}

bool contains(const std::vector<std::string_view>& lines, std::string_view keyword) {
  return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) { return has(line, keyword); });
}

}  // namespace

std::string_view keyword_of(std::string_view line) {
  line = base::trimmed(line);
  return line.substr(0, base::find_any(line, ends_of_keyword));
}

bool lists(const Reply& ehlo, std::string_view keyword) {
  const auto lines = ehlo.lines();
  return std::any_of(lines.begin() + (lines.empty() ? 0 : 1), lines.end(),
                     [&](std::string_view line) { return has(base::trimmed(line), keyword); });
}

Reply edited(const Reply& ehlo, const CapabilityEdit& edit) {
  std::vector<std::string_view> lines = ehlo.lines();
  if (lines.empty()) return ehlo;
  const auto unwanted = [&](std::string_view line) {
    const std::string_view keyword = keyword_of(line);
    return contains(edit.remove, keyword) || contains(edit.add, keyword);
  };
  const std::size_t before = lines.size();
  lines.erase(std::remove_if(lines.begin() + 1, lines.end(), unwanted), lines.end());
  // Where there is nothing to change the backend's own octets stay.
  if (lines.size() == before && edit.add.empty()) return ehlo;
  lines.insert(lines.end(), edit.add.begin(), edit.add.end());
  return make_reply(ehlo.code, lines);
}

}  // namespace smtp
