// Small ASCII text functions. Locale-free: the wire's letters are ASCII (RFC 5321 §2.4).
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] std::string lowered(std::string_view text);
[[nodiscard]] std::string uppered(std::string_view text);
[[nodiscard]] constexpr bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view prefix);

// Without spaces and tabs at both ends. A view into `text`.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// The pieces between separators; an empty text gives one empty piece. Views into `text`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// The whole of `text` as a decimal number of type T, without sign for unsigned types; nothing for anything else.
template <typename T>
[[nodiscard]] std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// The place of the first of a few octets at or behind `from`; npos without one. For short texts: find_first_of() calls
// memchr(3) for each octet of the text.
[[nodiscard]] constexpr std::size_t find_any(std::string_view text, std::string_view octets, std::size_t from = 0) {
  for (std::size_t at = from; at < text.size(); ++at) {
    for (const char wanted : octets) {
      if (text[at] == wanted) return at;
    }
  }
  return std::string_view::npos;
}

// Lower-case hexadecimal digits of the bytes.
[[nodiscard]] std::string hex(std::string_view bytes);

// xtext of RFC 3461 §4: what is no plain printable becomes +XX.
[[nodiscard]] std::string xtext(std::string_view value);

// Bytes from the wire made fit for a log line (CWE-117): printable ASCII stays, \ is doubled, everything else becomes
// \xNN; cut to `limit` bytes of input, with "..." behind when something was cut.
[[nodiscard]] std::string escaped(std::string_view bytes, std::size_t limit = 256);

// The one of `known` that differs least from `wrong` (edit distance at most 1/3 of its length, at least 1), for
// error messages; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace base
