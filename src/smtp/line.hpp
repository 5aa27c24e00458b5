// LineSplitter: the client's bytes cut into command lines (RFC 5321 §2.3.8). Only CRLF ends a line: a bare CR, a bare
// LF or a NUL never does, neither in a good line nor in one that is refused (threats: SMTP smuggling, glued commands).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/buffer.hpp"
#include "smtp/settings.hpp"

namespace smtp {

struct Line {
  enum class Kind { complete, too_long, bare_newline };
  Kind kind = Kind::complete;
  std::string_view text;  // complete: without CRLF, may be a secret in an AUTH exchange; else empty
  std::size_t size = 0;   // octets of the buffer to consume once the line was dealt with
};

class LineSplitter {
 public:
  // Lines may have `limit` octets with their CRLF; AUTH commands, and the lines of an AUTH exchange, `auth_limit`.
  // Both at least 16; the buffers given to next() must hold at least the larger.
  LineSplitter() = default;
  LineSplitter(BareNewline policy, std::size_t limit, std::size_t auth_limit)
      : policy_(policy), limit_(limit), auth_limit_(auth_limit) {}

  // The line at the front of `unread`, or nothing: more octets are needed. A line at fault is told once, as soon as the
  // fault is seen, and the rest of it up to its CRLF is discarded by later calls. Under BareNewline::pass the bare
  // octets stay in the text. The line's view lives until the buffer changes; the caller consumes line.size octets.
  [[nodiscard]] std::optional<Line> next(base::Buffer& unread);

  // The next `octets` of the client are no line and are discarded unseen (the octets of a refused BDAT).
  void skip(std::uint64_t octets) { skip_ += octets; }

  // True while the client's lines are the answers of an AUTH exchange.
  void expect_auth(bool exchange) { auth_exchange_ = exchange; }

 private:
  [[nodiscard]] bool resynchronise(base::Buffer& unread);
  [[nodiscard]] std::size_t limit_for(std::string_view unread) const;

  BareNewline policy_ = BareNewline::reject;
  std::size_t limit_ = 2048;
  std::size_t auth_limit_ = 12288;
  bool auth_exchange_ = false;
  bool swallowing_ = false;
  std::uint64_t skip_ = 0;
};

}  // namespace smtp
