// Replies of a Redis server (RESP2), read from its bytes. The server is not believed to be one: sizes have limits, and
// whatever is no reply ends the connection. Arrays within arrays are read as one list; nobody here asks for more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reputation {

inline constexpr std::size_t most_words = 1024;     // in one reply
inline constexpr std::size_t reply_limit = 65'536;  // octets of one reply

struct Reply {
  bool is_error = false;
  std::vector<std::string> words;  // numbers as their digits; what is not there (nil) as an empty word

  // The first word; empty without one.
  [[nodiscard]] std::string text() const { return words.empty() ? "" : words.front(); }
};

// Finds where replies end; one for one connection.
class ReplyParser {
 public:
  // done: take() has it. fault: no reply, or too long; the connection cannot be used any more.
  enum class State { need_more, done, fault };

  // Takes octets up to the end of the reply and returns how many; takes none unless need_more.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const { return state_; }
  // When done; then ready for the next.
  [[nodiscard]] Reply take();

 private:
  void take_octet(char octet);
  void end_line();
  void begin_text(std::int64_t size);
  void begin_array(std::int64_t size);
  void end_text();
  void end_word(std::string word);

  State state_ = State::need_more;
  Reply reply_;
  std::string unfinished_;  // line, or text of a known size
  bool in_text_ = false;    // that one
  std::size_t due_ = 0;     // octets of the text that are still to come, with CRLF
  std::size_t wanted_ = 1;  // words still to come
  std::size_t taken_ = 0;
};

}  // namespace reputation
