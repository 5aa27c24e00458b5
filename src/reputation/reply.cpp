#include "reputation/reply.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace reputation {

std::size_t ReplyParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ == State::need_more) {
    if (++taken_ > reply_limit) {
      state_ = State::fault;
    } else {
      take_octet(bytes[taken++]);
    }
  }
  return taken;
}

Reply ReplyParser::take() {
  Reply reply = std::exchange(reply_, Reply{});
  *this = ReplyParser();
  return reply;
}

void ReplyParser::take_octet(char octet) {
  unfinished_ += octet;
  if (in_text_) {
    if (--due_ == 0) end_text();
  } else if (octet == '\n') {
    end_line();
  }
}

void ReplyParser::end_text() {
  in_text_ = false;
  if (!unfinished_.ends_with("\r\n")) {
    state_ = State::fault;
    return;
  }
  unfinished_.resize(unfinished_.size() - 2);
  end_word(std::exchange(unfinished_, {}));
}

void ReplyParser::end_line() {
  const std::string line = std::exchange(unfinished_, {});
  if (line.size() < 3 || line[line.size() - 2] != '\r') {
    state_ = State::fault;
    return;
  }
  const std::string_view content = std::string_view(line).substr(1, line.size() - 3);
  const auto number = base::number<std::int64_t>(content);
  const bool wants_number = line.front() == ':' || line.front() == '$' || line.front() == '*';
  if (wants_number && !number) {
    state_ = State::fault;
    return;
  }
  switch (line.front()) {
    case '-':
      reply_.is_error = true;
      [[fallthrough]];
    case '+':
    case ':':
      return end_word(std::string(content));
    case '$':
      return begin_text(*number);
    case '*':
      return begin_array(*number);
    default:
      state_ = State::fault;
  }
}

void ReplyParser::begin_text(std::int64_t size) {
  if (size == -1) return end_word("");
  if (size < 0 || size > static_cast<std::int64_t>(reply_limit)) {
    state_ = State::fault;
    return;
  }
  in_text_ = true;
  due_ = static_cast<std::size_t>(size) + 2;
}

void ReplyParser::begin_array(std::int64_t size) {
  const std::int64_t words = std::max<std::int64_t>(size, 0);
  if (size < -1 || words > static_cast<std::int64_t>(most_words)) {
    state_ = State::fault;
    return;
  }
  wanted_ += static_cast<std::size_t>(words);
  --wanted_;
  if (wanted_ + reply_.words.size() > most_words) state_ = State::fault;
  if (wanted_ == 0) state_ = State::done;
}

void ReplyParser::end_word(std::string word) {
  reply_.words.push_back(std::move(word));
  if (--wanted_ == 0) state_ = State::done;
}

}  // namespace reputation
