// Editing the EHLO reply, see capabilities.hpp.

#include "smtp/capabilities.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace smtp {
namespace {

bool contains(const std::vector<std::string_view>& keywords, std::string_view keyword) {
  return std::any_of(keywords.begin(), keywords.end(),
                     [&](std::string_view known) { return base::iequals(keyword_of(known), keyword); });
}

}  // namespace

std::string_view keyword_of(std::string_view line) {
  line = base::trimmed(line);
  return line.substr(0, base::find_any(line, " \t="));
}

bool lists(const Reply& ehlo, std::string_view keyword) {
  const auto lines = ehlo.lines();
  return std::any_of(lines.begin() + (lines.empty() ? 0 : 1), lines.end(),
                     [&](std::string_view line) { return base::iequals(keyword_of(line), keyword); });
}

Reply edited(const Reply& ehlo, const CapabilityEdit& edit) {
  std::vector<std::string_view> lines = ehlo.lines();
  if (lines.empty()) return ehlo;
  const auto unwanted = [&](std::string_view line) {
    return contains(edit.remove, keyword_of(line)) || contains(edit.add, keyword_of(line));
  };
  const std::size_t before = lines.size();
  lines.erase(std::remove_if(lines.begin() + 1, lines.end(), unwanted), lines.end());
  // Where there is nothing to change the backend's own octets stay.
  if (lines.size() == before && edit.add.empty()) return ehlo;
  lines.insert(lines.end(), edit.add.begin(), edit.add.end());
  return make_reply(ehlo.code, lines);
}

}  // namespace smtp
