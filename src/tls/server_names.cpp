// Server names and the certificates that have them.
#include "tls/server_names.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tls {
namespace {

constexpr std::size_t longest_name = 253;

bool may_stand_in_a_label(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && std::all_of(label.begin(), label.end(), may_stand_in_a_label);
}

}  // namespace

std::optional<std::string> host_name(std::string_view text) {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  if (text.empty() || text.size() > longest_name) return std::nullopt;
  std::string name = base::lowered(text);
  const auto labels = base::split(name, '.');
  if (!std::all_of(labels.begin(), labels.end(), is_label)) return std::nullopt;
  return name;
}

void NameTable::add(std::string_view name, std::size_t index) {
  const std::size_t mark = name.substr(0, 2) == "*." ? 2 : (name.substr(0, 1) == "." ? 1 : 0);
  Table& table = mark == 2 ? wildcards_ : (mark == 1 ? domains_ : exact_);
  if (const auto valid = host_name(name.substr(mark))) table.emplace(*valid, index);
}

std::optional<std::size_t> NameTable::find(std::string_view name) const {
  if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
  const std::size_t first = name.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  if (const auto found = wildcards_.find(name.substr(first + 1)); found != wildcards_.end()) return found->second;
  for (std::size_t dot = first; dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    if (const auto found = domains_.find(name.substr(dot + 1)); found != domains_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace tls
