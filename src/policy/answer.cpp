// Answers: the lines, then the one action. Names of actions as in access(5), any case.
#include "policy/answer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace policy {
namespace {

constexpr std::size_t header_limit = 998;  // RFC 5322 §2.1.1

using Kind = Answer::Kind;

struct Action {
  std::string_view name;
  Kind kind;
};

constexpr Action actions[] = {
    {"DUNNO", Kind::dunno}, {"OK", Kind::ok},         {"PERMIT", Kind::ok},
    {"DEFER", Kind::defer}, {"REJECT", Kind::reject}, {"DEFER_IF_PERMIT", Kind::defer_if_permit},
};

// Actions that steer a queue or a log a front does not have. They are no errors of the service, so they pass.
constexpr std::string_view impossible[] = {
    "WARN", "INFO", "HOLD", "DISCARD", "FILTER", "REDIRECT", "BCC", "DELAY", "DEFER_IF_REJECT",
};

bool is_printable(char c) {
  return c >= 0x20 && c <= 0x7e;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// One line of printable ASCII, whatever came.
std::string made_safe(std::string_view text) {
  std::string safe(base::trimmed(text.substr(0, text_limit)));
  std::replace(safe.begin(), safe.end(), '\t', ' ');
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return !is_printable(c); }, '?');
  return safe;
}

// RFC 5322 §2.2: a name of printable ASCII without space and colon, a colon, printable text.
bool is_header(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || text.size() > header_limit) return false;
  if (text.substr(0, colon).find(' ') != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), is_printable) && text.find_first_not_of(' ', colon + 1) != text.npos;
}

Answer prepended(std::string_view text) {
  const std::string header(base::trimmed(text));
  if (is_header(header)) return {Kind::prepend, 0, header, {}};
  return {Kind::dunno, 0, {}, "PREPEND ignored: not a header line: " + base::escaped(header, 80)};
}

// 4NN or 5NN that RFC 5321 §4.2 allows.
std::optional<int> reply_code(std::string_view word) {
  if (word.size() != 3 || (word[0] != '4' && word[0] != '5')) return std::nullopt;
  if (word[1] > '5' || !is_digit(word[1]) || !is_digit(word[2])) return std::nullopt;
  return base::number<int>(word);
}

Answer unknown(std::string note) {
  return {Kind::unknown, 0, {}, std::move(note)};
}

}  // namespace

Answer answer_of(std::string_view action) {
  action = base::trimmed(action);
  const auto end = std::min(action.find_first_of(" \t"), action.size());
  const std::string_view word = action.substr(0, end);
  const std::string_view text = action.substr(end);
  for (const Action& known : actions) {
    if (base::iequals(word, known.name)) return {known.kind, 0, made_safe(text), {}};
  }
  if (base::iequals(word, "PREPEND")) return prepended(text);
  if (const auto code = reply_code(word)) return {Kind::code, *code, made_safe(text), {}};
  // access(5): a number alone means OK.
  if (!word.empty() && text.empty() && std::all_of(word.begin(), word.end(), is_digit)) return {Kind::ok, 0, {}, {}};
  for (const std::string_view name : impossible) {
    if (base::iequals(word, name)) return {Kind::dunno, 0, {}, fmt::format("{} ignored: no front can do it", name)};
  }
  return unknown("not an action: " + base::escaped(action, 80));
}

std::size_t AnswerParser::feed(std::string_view bytes) {
  std::size_t fed = 0;
  while (state_ == State::need_more && fed < bytes.size()) {
    const std::string_view rest = bytes.substr(fed);
    const std::size_t wanted = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::size_t size = std::min(wanted, answer_limit - taken_);
    line_ += rest.substr(0, size);
    taken_ += size;
    fed += size;
    if (!line_.empty() && line_.back() == '\n') end_line();
    if (state_ == State::need_more && taken_ == answer_limit) state_ = State::fault;
  }
  return fed;
}

// `line_` ends with LF. A CR before it is tolerated as part of the line's end, nowhere else.
void AnswerParser::end_line() {
  line_.pop_back();
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  const std::string line = std::exchange(line_, {});
  if (line.empty()) return end_answer();
  const auto equals = line.find('=');
  if (equals == 0 || equals == std::string::npos || line.find('\0') != std::string::npos) malformed_ = true;
  if (line.starts_with("action=")) {
    ++actions_;
    action_ = line.substr(equals + 1);
  }
}

// The blank line is the place where both sides agree again, so that garbage before it costs one answer only.
void AnswerParser::end_answer() {
  state_ = State::done;
  if (malformed_) {
    answer_ = unknown("malformed answer");
  } else if (actions_ != 1) {
    answer_ = unknown(actions_ == 0 ? "answer without an action" : "answer with two actions");
  } else {
    answer_ = answer_of(action_);
  }
}

void AnswerParser::reset() {
  *this = AnswerParser();
}

}  // namespace policy
