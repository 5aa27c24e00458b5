// Expansion by recursive descent: text, expression, condition. Only the chosen branch of a condition is expanded.
#include "postfix/expand.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "postfix/condition.hpp"

namespace postfix {
namespace {

constexpr int step_limit = 20000;
constexpr std::size_t work_limit = 16 * expansion_limit;  // octets of all results on the way

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t name_length(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name_char) - text.begin());
}

std::string_view without_front_space(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

// The length of the bracketed piece at the front of `text`, with both brackets; nothing when it does not close.
std::optional<std::size_t> bracketed_length(std::string_view text) {
  const char open = text.front();
  const char close = open == '{' ? '}' : ')';
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == open) ++depth;
    if (text[i] == close && --depth == 0) return i + 1;
  }
  return std::nullopt;
}

// Cuts "{payload}" off the front of `rest` and gives the payload without blanks at its ends.
std::optional<std::string_view> take_group(std::string_view& rest) {
  rest = without_front_space(rest);
  if (rest.empty() || rest.front() != '{') return std::nullopt;
  const auto length = bracketed_length(rest);
  if (!length) return std::nullopt;
  const std::string_view payload = rest.substr(1, *length - 2);
  rest = without_front_space(rest.substr(*length));
  const std::string_view front = without_front_space(payload);
  return front.substr(0, front.find_last_not_of(" \t\r\n") + 1);
}

// What a condition chooses between.
struct Branches {
  std::optional<std::string_view> if_true;
  std::optional<std::string_view> if_false;
};

// "?text", ":text", "?{text}:{text}" behind a name or a comparison; nothing for a syntax error.
std::optional<Branches> branches_of(std::string_view text) {
  const char mark = text.front();
  if (mark != '?' && mark != ':') return std::nullopt;
  std::string_view rest = text.substr(1);
  const auto group = take_group(rest);
  if (!group) {
    // An unbraced text runs to the end, blanks included.
    if (mark == '?') return Branches{text.substr(1), std::nullopt};
    return Branches{std::nullopt, text.substr(1)};
  }
  if (mark == ':') return rest.empty() ? std::optional(Branches{std::nullopt, group}) : std::nullopt;
  if (rest.empty()) return Branches{group, std::nullopt};
  if (rest.front() != ':') return std::nullopt;
  rest.remove_prefix(1);
  const auto other = take_group(rest);
  return other && rest.empty() ? std::optional(Branches{group, other}) : std::nullopt;
}

class Expander {
 public:
  explicit Expander(const Lookup& lookup) : lookup_(lookup) {}
  base::Result<std::string> text(std::string_view text, int depth);

 private:
  base::Result<std::string> dollar(std::string_view& rest, int depth);
  base::Result<std::string> braced(std::string_view inner, int depth);
  base::Result<std::string> compared(std::string_view inner, int depth);
  base::Result<std::string> named(std::string_view name, int depth);
  base::Result<std::string> chosen(bool truth, const Branches& branches, int depth);

  const Lookup& lookup_;
  int steps_ = 0;
  std::size_t work_ = 0;
};

base::Result<std::string> Expander::text(std::string_view text, int depth) {
  if (depth > expansion_depth || ++steps_ > step_limit)
    return base::fail("macro processing error: a loop, or too deep");
  std::string result;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('$'), text.size());
    result += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    auto value = dollar(text, depth);
    if (!value) return value;
    result += *value;
    work_ += value->size();
    if (result.size() > expansion_limit || work_ > work_limit) break;
  }
  if (result.size() > expansion_limit || work_ > work_limit) return base::fail("macro processing error: too long");
  return result;
}

// `rest` begins with "$"; the expression is cut off.
base::Result<std::string> Expander::dollar(std::string_view& rest, int depth) {
  rest.remove_prefix(1);
  if (rest.empty()) return base::fail("macro processing error: $ at the end");
  if (rest.front() == '$') {
    rest.remove_prefix(1);
    return "$";
  }
  if (rest.front() == '{' || rest.front() == '(') {
    const auto length = bracketed_length(rest);
    if (!length) return base::fail("macro processing error: bracket without end: ${}", base::escaped(rest, 80));
    const std::string_view inner = rest.substr(1, *length - 2);
    rest.remove_prefix(*length);
    return braced(inner, depth);
  }
  const std::string_view name = rest.substr(0, name_length(rest));
  if (name.empty()) return base::fail("macro processing error: no name behind $: {}", base::escaped(rest, 80));
  rest.remove_prefix(name.size());
  return named(name, depth);
}

base::Result<std::string> Expander::named(std::string_view name, int depth) {
  const auto value = lookup_(name);
  return value ? text(*value, depth + 1) : base::Result<std::string>(std::string());
}

base::Result<std::string> Expander::braced(std::string_view inner, int depth) {
  if (without_front_space(inner).starts_with('{')) return compared(inner, depth);
  inner = without_front_space(inner);
  const std::string_view name = inner.substr(0, name_length(inner));
  const std::string_view rest = without_front_space(inner.substr(name.size()));
  if (name.empty()) return base::fail("macro processing error: no name in ${{{}}}", base::escaped(inner, 80));
  if (rest.empty()) return named(name, depth);
  if (rest.front() == '{') return base::fail("macro processing error: no function {} here", name);
  const auto branches = branches_of(rest);
  if (!branches) return base::fail("macro processing error: ${{{}}}", base::escaped(inner, 80));
  auto value = named(name, depth);
  return value ? chosen(!value->empty(), *branches, depth) : value;
}

base::Result<std::string> Expander::compared(std::string_view inner, int depth) {
  std::string_view rest = inner;
  const auto left = take_group(rest);
  const auto comparison = take_operator(rest);
  const auto right = take_group(rest);
  if (!left || !comparison || !right) {
    return base::fail("macro processing error: no comparison: ${{{}}}", base::escaped(inner, 80));
  }
  Branches branches{"1", std::nullopt};
  if (!rest.empty()) {
    const auto told = branches_of(rest);
    if (!told) return base::fail("macro processing error: ${{{}}}", base::escaped(inner, 80));
    branches = *told;
  }
  auto left_value = text(*left, depth + 1);
  if (!left_value) return left_value;
  auto right_value = text(*right, depth + 1);
  if (!right_value) return right_value;
  const auto truth = holds(*left_value, *comparison, *right_value);
  return truth ? chosen(*truth, branches, depth) : base::Result<std::string>(tl::unexpected(truth.error()));
}

base::Result<std::string> Expander::chosen(bool truth, const Branches& branches, int depth) {
  const auto& branch = truth ? branches.if_true : branches.if_false;
  return branch ? text(*branch, depth + 1) : base::Result<std::string>(std::string());
}

}  // namespace

base::Result<std::string> expand(std::string_view text, const Lookup& lookup) {
  return Expander(lookup).text(text, 0);
}

}  // namespace postfix
