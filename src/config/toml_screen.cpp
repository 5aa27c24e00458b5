#include "config/toml_screen.hpp"

namespace config {
namespace {

enum class Within { plain, comment, basic, literal };

// Where the characters behind `c` are, when `c` itself is `within`. Line ends close everything.
Within behind(Within within, char c) {
  if (c == '\n') return Within::plain;
  switch (within) {
    case Within::plain:
      if (c == '#') return Within::comment;
      if (c == '"') return Within::basic;
      return c == '\'' ? Within::literal : Within::plain;
    case Within::basic:
      return c == '"' ? Within::plain : Within::basic;
    case Within::literal:
      return c == '\'' ? Within::plain : Within::literal;
    case Within::comment:
      return Within::comment;
  }
  return Within::plain;
}

bool beyond_ascii(char c) {
  return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// Where the parser takes a quote for the beginning of a string. Elsewhere it goes on as if there were none.
bool may_open_behind(char before) {
  return std::string_view(" \t\r\n=[{,.").find(before) != std::string_view::npos;
}

std::string_view fault_at(Within within, std::string_view rest, char before) {
  if (within != Within::plain) return "";
  if (beyond_ascii(rest.front())) return "characters beyond ASCII must stand in quotes";
  const bool three = rest.starts_with("\"\"\"") || rest.starts_with("'''");
  if (three) return "strings over several lines are not supported here";
  const bool quote = rest.front() == '"' || rest.front() == '\'';
  return quote && !may_open_behind(before) ? "a quote may not stand in the middle of a word" : "";
}

}  // namespace

std::optional<Stray> first_stray(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Stray place;
  Within within = Within::plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    place.why = fault_at(within, text.substr(i), i == 0 ? '\n' : text[i - 1]);
    if (!place.why.empty()) return place;
    const bool escapes = within == Within::basic && c == '\\' && i + 1 < text.size() && text[i + 1] != '\n';
    within = behind(within, c);
    if (starts_character(c)) ++place.column;
    if (escapes && starts_character(text[++i])) ++place.column;
    if (c != '\n') continue;
    ++place.line;
    place.column = 1;
  }
  return std::nullopt;
}

}  // namespace config
