// The answer of a policy service: lines up to a blank one, one of them "action=...". The service may lie, trickle or
// babble (threat 51): whatever it sends becomes one small printable value, never a line break in a reply or a header,
// and what is no answer is `unknown`, which the caller treats like a service that is not there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace policy {

inline constexpr std::size_t answer_limit = 4096;  // octets of one answer with its blank line
inline constexpr std::size_t text_limit = 512;     // octets of the service's text that are kept; a header may have 998

struct Answer {
  enum class Kind {
    dunno,  // also: an action no front can do (see note)
    ok,
    prepend,  // text: "Name: value"
    defer,
    defer_if_permit,
    reject,
    code,     // the service chose `code`, 400..559
    unknown,  // no answer at all; note says why
  };
  Kind kind = Kind::unknown;
  int code = 0;
  std::string text;  // printable ASCII, may be empty
  std::string note;  // for the log, printable; empty when there is nothing to say
};

// What `action` (the octets behind "action=") means.
[[nodiscard]] Answer answer_of(std::string_view action);

// Finds where answers end. One parser for one connection; an answer that comes too late belongs to an older question,
// so a connection whose time limit struck must be closed, not reused.
class AnswerParser {
 public:
  // done: answer() is there. fault: too long; the connection cannot be used any more.
  enum class State { need_more, done, fault };

  // Takes octets up to the blank line that ends the answer and returns how many; takes none unless need_more.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const { return state_; }
  // When done.
  [[nodiscard]] const Answer& answer() const { return answer_; }
  // True when an answer has begun: a connection with octets nobody asked for is out of step.
  [[nodiscard]] bool begun() const { return taken_ > 0; }
  // Ready for the next answer.
  void reset();

 private:
  void end_line();
  void end_answer();

  State state_ = State::need_more;
  std::size_t taken_ = 0;
  std::string line_;
  std::string action_;
  unsigned actions_ = 0;
  bool malformed_ = false;
  Answer answer_;
};

}  // namespace policy
