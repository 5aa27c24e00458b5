// Replies of the backend: one value per whole reply, and a parser fed in any chunking (RFC 5321 §4.2). Malformed or
// overlong replies are a fault of the backend, never passed on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

struct Reply {
  int code = 0;      // 200..599
  std::string wire;  // all its octets, with every CRLF

  // The text behind code and separator of each line. Views into `wire`.
  [[nodiscard]] std::vector<std::string_view> lines() const;

  [[nodiscard]] bool positive() const { return code / 100 == 2; }
  [[nodiscard]] bool intermediate() const { return code / 100 == 3; }
};

// The reply of this code with these texts, one a line, rightly terminated. At least one text.
[[nodiscard]] Reply make_reply(int code, const std::vector<std::string_view>& lines);

// "250 2.0.0 Ok" made a reply; what is no such text becomes "451 4.3.0 " and the text.
[[nodiscard]] Reply make_reply(std::string_view text);

// One reply at a time out of a stream. Demands: the same code on each line, CRLF, no bare CR or LF, no NUL.
class ReplyParser {
 public:
  enum class State { more, complete, malformed };

  // At most `limit` octets a reply.
  explicit ReplyParser(std::size_t limit) : limit_(limit) {}

  // Takes octets up to the end of the reply and returns how many; none once it is complete or malformed.
  [[nodiscard]] std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }

  // True when nothing of a reply was fed yet.
  [[nodiscard]] bool empty() const { return wire_.empty(); }

  // The complete reply; the parser is ready for the next.
  [[nodiscard]] Reply take();

 private:
  [[nodiscard]] State judge_line(std::string_view line);

  std::size_t limit_;
  std::size_t line_begin_ = 0;
  int code_ = 0;
  State state_ = State::more;
  std::string wire_;
};

}  // namespace smtp
