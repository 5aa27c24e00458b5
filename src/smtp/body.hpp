// BodyScanner: where the octets of a message end, in DATA (RFC 5321 §4.1.1.4) or in a BDAT chunk (RFC 3030), however
// the stream is cut. It changes nothing: what is forwarded is what came.
//
// Promises: DATA ends at CRLF.CRLF and nowhere else. Under BareNewline::reject not even the first octet of a bare
// newline or a NUL passes, nor a dot that may begin a line with one: no backend, however lax, finds an end in what was
// forwarded (threats: SMTP smuggling, CVE-2023-51764).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "smtp/settings.hpp"

namespace smtp {

// What happens to the last octets of a message: forwarded at once, or kept until release_end().
enum class MessageEnd { forward, hold };

class BodyScanner {
 public:
  enum class State {
    more,
    complete,      // the end was seen; with MessageEnd::hold it is still unforwarded
    bare_newline,  // refused: the message must not be completed
  };

  // Nothing to scan: complete.
  BodyScanner() = default;

  [[nodiscard]] static BodyScanner for_data(BareNewline policy, MessageEnd end);
  [[nodiscard]] static BodyScanner for_chunk(std::uint64_t size, MessageEnd end);

  // How many octets at the front of `unread` are to be forwarded now. The rest stays with the caller and must stand at
  // the front of the next call, with more behind it (at most two octets are kept waiting for their successors). Octets
  // behind the end of the message are never taken.
  [[nodiscard]] std::size_t take(std::string_view unread);

  [[nodiscard]] State state() const { return state_; }

  // True when the end was seen and is held: release_end() or give the message up.
  [[nodiscard]] bool holds_end() const { return state_ == State::complete && end_ == MessageEnd::hold; }

  // With MessageEnd::hold, once complete: the end may go. The state is `more` again until take() has given it.
  void release_end();

  // How many octets take() gave so far.
  [[nodiscard]] std::uint64_t octets() const { return octets_; }

  // The same without the dots that stuff lines. While the end of DATA is held: the message's own size.
  [[nodiscard]] std::uint64_t unstuffed_octets() const { return octets_ - stuffed_; }

 private:
  enum class Mode { none, data, chunk };
  struct Walk;

  [[nodiscard]] std::size_t take_data(std::string_view unread);
  [[nodiscard]] std::size_t take_chunk(std::size_t available);
  void step(Walk& walk);
  void step_dot(Walk& walk);
  void step_bare(Walk& walk);

  Mode mode_ = Mode::none;
  BareNewline policy_ = BareNewline::reject;
  MessageEnd end_ = MessageEnd::forward;
  State state_ = State::complete;
  bool line_begins_ = true;      // what was forwarded ends with CRLF, or nothing was
  std::uint64_t remaining_ = 0;  // of a chunk
  std::uint64_t octets_ = 0;
  std::uint64_t stuffed_ = 0;  // dots among them that begin a line
};

}  // namespace smtp
