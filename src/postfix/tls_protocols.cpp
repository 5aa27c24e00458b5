// Words of a list collected into bits of versions, then read off.
#include "postfix/tls_protocols.hpp"

#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "postfix/tls_words.hpp"

namespace postfix {
namespace {

struct Known {
  std::string_view name;
  unsigned number;  // on the wire
  unsigned bit;
};

constexpr Known known[] = {
    {"SSLv2", 0x0002, 1},   {"SSLv3", 0x0300, 2},    {"TLSv1", 0x0301, 4},
    {"TLSv1.1", 0x0302, 8}, {"TLSv1.2", 0x0303, 16}, {"TLSv1.3", 0x0304, 32},
};

struct Chosen {
  unsigned included = 0;
  unsigned excluded = 0;
  unsigned lowest = 0;
  unsigned highest = 0xffff;
};

const Known* version_named(std::string_view name) {
  for (const Known& each : known) {
    if (base::iequals(each.name, name)) return &each;
  }
  return nullptr;
}

// A name, or the number on the wire in hexadecimal digits.
std::optional<unsigned> number_named(std::string_view text) {
  if (const Known* found = version_named(text)) return found->number;
  if (base::istarts_with(text, "0x")) text.remove_prefix(2);
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (fault != std::errc{} || end != text.data() + text.size() || number > 0xffff) return std::nullopt;
  return number;
}

bool take(std::string_view word, Chosen& chosen) {
  if (word.starts_with(">=") || word.starts_with("<=")) {
    const auto number = number_named(word.substr(2));
    if (number) (word.front() == '>' ? chosen.lowest : chosen.highest) = *number;
    return number.has_value();
  }
  const bool exclude = word.starts_with('!');
  const Known* found = version_named(exclude ? word.substr(1) : word);
  if (found != nullptr) (exclude ? chosen.excluded : chosen.included) |= found->bit;
  return found != nullptr;
}

bool leaves(const Chosen& chosen, const Known& version) {
  const bool named = chosen.included == 0 || (chosen.included & version.bit) != 0;
  return named && (chosen.excluded & version.bit) == 0 && version.number >= chosen.lowest &&
         version.number <= chosen.highest;
}

}  // namespace

base::Result<std::vector<TlsVersion>> tls_versions(std::string_view list) {
  Chosen chosen;
  for (const std::string_view word : tls_words(list)) {
    if (!take(word, chosen)) return base::fail("Invalid TLS protocol list \"{}\"", base::escaped(list));
  }
  std::vector<TlsVersion> left;
  for (std::size_t i = 2; i < std::size(known); ++i) {
    if (leaves(chosen, known[i])) left.push_back(static_cast<TlsVersion>(i - 2));
  }
  return left;
}

}  // namespace postfix
