// The verb table and the parsing of arguments, see command.hpp.

#include "smtp/command.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/text.hpp"

namespace smtp {
namespace {

struct Name {
  std::string_view text;
  Verb verb;
};

// The first name of a verb is the one for log lines.
constexpr std::array names = {
    Name{"helo", Verb::helo},
    Name{"ehlo", Verb::ehlo},
    Name{"lhlo", Verb::lhlo},
    Name{"xclient", Verb::xclient},
    Name{"xforward", Verb::xforward},
    Name{"starttls", Verb::starttls},
    Name{"auth", Verb::auth},
    Name{"mail", Verb::mail},
    Name{"rcpt", Verb::rcpt},
    Name{"bdat", Verb::bdat},
    Name{"data", Verb::data},
    Name{"rset", Verb::rset},
    Name{"noop", Verb::noop},
    Name{"vrfy", Verb::vrfy},
    Name{"expn", Verb::expn},
    Name{"etrn", Verb::etrn},
    Name{"quit", Verb::quit},
    Name{"help", Verb::help},
    Name{"uncarried", Verb::uncarried},
    Name{"atrn", Verb::uncarried},            // client and server change places (RFC 2645)
    Name{"turn", Verb::uncarried},            // the same (RFC 821)
    Name{"burl", Verb::uncarried},            // a message that never passes here (RFC 4468)
    Name{"proxy", Verb::uncarried},           // an identity that only we may give
    Name{"xproxy", Verb::uncarried},          // the same
    Name{"xproxyfrom", Verb::uncarried},      // the same
    Name{"xproxyto", Verb::uncarried},        // the same
    Name{"x-exps", Verb::uncarried},          // AUTH under another name
    Name{"x-anonymoustls", Verb::uncarried},  // STARTTLS under another name
    Name{"x-link2state", Verb::uncarried},    // octets that are neither lines nor DATA
    Name{"xexch50", Verb::uncarried},         // the same
    Name{"unknown", Verb::unknown},
};

// White space to any backend, and what ends a string in C.
constexpr bool separates(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
}

std::string_view stripped(std::string_view text) {
  while (!text.empty() && separates(text.front())) text.remove_prefix(1);
  while (!text.empty() && separates(text.back())) text.remove_suffix(1);
  return text;
}

// The first word of `text` and what is behind it, without the white space between.
std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
  const auto* const end = std::find_if(text.begin(), text.end(), separates);
  const auto length = static_cast<std::size_t>(std::distance(text.begin(), end));
  return {text.substr(0, length), stripped(text.substr(length))};
}

Verb verb_of(std::string_view word) {
  const auto* const found =
      std::find_if(names.begin(), names.end(), [&](const Name& name) { return base::iequals(name.text, word); });
  return found == names.end() ? Verb::unknown : found->verb;
}

// How many octets of `text` stand before the first `ends(c)` that is not inside a quoted string.
template <typename Predicate>
std::optional<std::size_t> unquoted(std::string_view text, Predicate ends) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!quoted && ends(text[i])) return i;
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\\' && quoted) ++i;
  }
  return std::nullopt;
}

// "@one,@two:user@host" without the route, which must be ignored (RFC 5321 §4.1.2, appendix C). The colons of an
// address literal are inside brackets.
std::string_view without_route(std::string_view mailbox) {
  if (mailbox.empty() || mailbox.front() != '@') return mailbox;
  bool literal = false;
  for (std::size_t i = 0; i < mailbox.size(); ++i) {
    if (mailbox[i] == '[') literal = true;
    if (mailbox[i] == ']') literal = false;
    if (mailbox[i] == ':' && !literal) return mailbox.substr(i + 1);
  }
  return mailbox;
}

std::optional<Path> parse_bracketed(std::string_view text) {
  const auto length = unquoted(text, [](char c) { return c == '>'; });
  if (!length) return std::nullopt;
  const std::string_view behind = text.substr(*length + 1);
  if (!behind.empty() && !separates(behind.front())) return std::nullopt;
  return Path{without_route(stripped(text.substr(0, *length))), stripped(behind)};
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view name_of(Verb verb) {
  const auto* const found =
      std::find_if(names.begin(), names.end(), [&](const Name& name) { return name.verb == verb; });
  return found->text;
}

Command parse_command(std::string_view line) {
  const auto [word, rest] = first_word(stripped(line));
  const Verb verb = verb_of(word);
  return {verb, verb == Verb::auth ? first_word(rest).first : rest, word};
}

const std::vector<std::string_view>& withheld_keywords() {
  static const std::vector<std::string_view> keywords = [] {
    std::vector<std::string_view> found;
    for (const Name& name : names) {
      const bool identity = name.verb == Verb::xclient || name.verb == Verb::xforward;
      if (identity || name.verb == Verb::uncarried) found.push_back(name.text);
    }
    return found;
  }();
  return keywords;
}

std::optional<Path> parse_path(std::string_view argument, std::string_view keyword) {
  if (!base::istarts_with(argument, keyword)) return std::nullopt;
  std::string_view rest = stripped(argument.substr(keyword.size()));
  if (rest.empty() || rest.front() != ':') return std::nullopt;
  rest = stripped(rest.substr(1));
  if (rest.empty()) return std::nullopt;
  if (rest.front() == '<') return parse_bracketed(rest.substr(1));
  const std::size_t length = unquoted(rest, separates).value_or(rest.size());
  return Path{rest.substr(0, length), stripped(rest.substr(length))};
}

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    const auto [word, rest] = first_word(parameters);
    const std::size_t equals = word.find('=');
    if (base::iequals(word.substr(0, equals), name)) {
      return equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
    }
    parameters = rest;
  }
  return std::nullopt;
}

Chunk parse_chunk(std::string_view argument) {
  const auto [size, rest] = first_word(argument);
  const bool last = base::iequals(rest, "LAST");
  if (!all_digits(size) || (!rest.empty() && !last)) return {};
  const auto value = base::number<std::uint64_t>(size);
  if (!value || *value > max_chunk) return {Chunk::Kind::too_large, 0, last};
  return {Chunk::Kind::good, *value, last};
}

}  // namespace smtp
