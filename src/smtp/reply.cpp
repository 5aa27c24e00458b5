// Replies: rendering and parsing, see reply.hpp.

#include "smtp/reply.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace smtp {
namespace {

constexpr std::size_t code_length = 3;

// The code at the front of a reply line; 0 where there is none between 200 and 599.
int code_of(std::string_view line) {
  const int code = base::number<unsigned short>(line.substr(0, code_length)).value_or(0);
  return line.size() >= code_length && code >= 200 && code <= 599 ? code : 0;
}

bool has_text_form(std::string_view text) {
  return code_of(text) != 0 && text.size() > code_length && text[code_length] == ' ';
}

}  // namespace

std::vector<std::string_view> Reply::lines() const {
  std::vector<std::string_view> texts;
  texts.reserve(static_cast<std::size_t>(std::count(wire.begin(), wire.end(), '\n')));
  std::string_view rest = wire;
  for (std::size_t end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
    const std::string_view line = rest.substr(0, end);
    texts.push_back(line.substr(std::min(line.size(), code_length + 1)));
    rest.remove_prefix(end + 2);
  }
  return texts;
}

Reply make_reply(int code, const std::vector<std::string_view>& lines) {
  Reply reply{code, {}};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    reply.wire.append(std::to_string(code)).append(i + 1 < lines.size() ? "-" : " ").append(lines[i]).append("\r\n");
  }
  return reply;
}

Reply make_reply(std::string_view text) {
  if (has_text_form(text)) return {code_of(text), fmt::format("{}\r\n", text)};
  return {451, fmt::format("451 4.3.0 {}\r\n", text)};
}

std::size_t ReplyParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::more && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    const std::size_t newline = rest.find('\n');
    const std::string_view piece = newline == std::string_view::npos ? rest : rest.substr(0, newline + 1);
    if (wire_.size() + piece.size() > limit_) {
      state_ = State::malformed;
      return taken;
    }
    wire_ += piece;
    taken += piece.size();
    if (newline == std::string_view::npos) break;
    state_ = judge_line(std::string_view(wire_).substr(line_begin_));
    line_begin_ = wire_.size();
  }
  return taken;
}

// `line` ends with LF, its first.
ReplyParser::State ReplyParser::judge_line(std::string_view line) {
  if (line.size() < code_length + 2 || line[line.size() - 2] != '\r') return State::malformed;
  line.remove_suffix(2);
  if (base::find_any(line, std::string_view("\r\0", 2)) != std::string_view::npos) return State::malformed;
  const int code = code_of(line);
  if (code == 0 || (code_ != 0 && code != code_)) return State::malformed;
  code_ = code;
  if (line.size() == code_length || line[code_length] == ' ') return State::complete;
  return line[code_length] == '-' ? State::more : State::malformed;
}

Reply ReplyParser::take() {
  Reply reply{code_, std::exchange(wire_, {})};
  line_begin_ = 0;
  code_ = 0;
  state_ = State::more;
  return reply;
}

}  // namespace smtp
