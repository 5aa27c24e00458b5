// Attribute lists, read string by string.
#include "postfix/attr.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace postfix {

const std::string* find(const Attributes& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Attribute& one) { return one.name == name; });
  return found == list.end() ? nullptr : &found->value;
}

std::optional<std::int32_t> int_of(std::string_view value) {
  const auto pattern = base::number<std::uint32_t>(value);
  if (!pattern || value.size() > 10) return std::nullopt;
  return static_cast<std::int32_t>(*pattern);
}

std::string int_text(std::int32_t value) {
  return fmt::to_string(static_cast<std::uint32_t>(value));
}

std::string encode(const Attributes& list) {
  std::string bytes;
  for (const auto& [name, value] : list) {
    bytes.append(name).push_back('\0');
    if (value.find('\0') == std::string::npos) bytes += value;
    bytes.push_back('\0');
  }
  bytes.push_back('\0');
  return bytes;
}

std::size_t ListReader::feed(std::string_view bytes) {
  std::size_t fed = 0;
  while (state_ == State::need_more && fed < bytes.size()) {
    const std::string_view rest = bytes.substr(fed, list_limit - taken_);
    const std::size_t length = std::min(rest.find('\0'), rest.size());
    const bool ended = length < rest.size();
    string_ += rest.substr(0, length);
    taken_ += length + (ended ? 1 : 0);
    fed += length + (ended ? 1 : 0);
    if (ended) end_string();
    if (state_ == State::need_more && taken_ == list_limit) fail("attribute list over 65536 octets");
  }
  return fed;
}

void ListReader::end_string() {
  std::string ended = std::exchange(string_, {});
  if (in_value_) {
    list_.push_back({std::move(name_), std::move(ended)});
    in_value_ = false;
    return;
  }
  if (ended.empty()) {
    state_ = State::done;
    return;
  }
  if (ended == "{" || ended == "}") return fail("nested attribute list");
  if (list_.size() == attribute_limit) return fail("over 512 attributes in one list");
  name_ = std::move(ended);
  in_value_ = true;
}

void ListReader::fail(std::string_view why) {
  state_ = State::fault;
  fault_ = why;
}

Attributes ListReader::take() {
  Attributes list = std::move(list_);
  *this = ListReader();
  return list;
}

}  // namespace postfix
