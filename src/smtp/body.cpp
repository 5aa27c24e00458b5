// BodyScanner, see body.hpp. Text is looked through in blocks that the compiler turns into vector instructions; only
// blocks with something to decide are walked octet by octet.

#include "smtp/body.hpp"

#include <algorithm>

namespace smtp {
namespace {

constexpr std::size_t block_size = 256;

// 1 for an octet that must not pass: a LF without CR before it, what follows a CR without being LF, a NUL.
unsigned char bare(char before, char here) {
  return static_cast<unsigned char>(((before == '\r') ^ (here == '\n')) | (here == '\0'));
}

unsigned char first_dot(char before, char here) {
  return static_cast<unsigned char>((before == '\n') & (here == '.'));
}

// True when the block may have something to decide: a dot that begins a line or, if strict, a bare newline or NUL. The
// octet before the block must be readable.
template <BareNewline policy>
bool suspicious(const char* block) {
  unsigned char found = 0;
  for (std::size_t i = 0; i < block_size; ++i) {
    const char before = (block - 1)[i];
    const unsigned char octet = policy == BareNewline::reject ? bare(before, block[i]) : 0;
    found = static_cast<unsigned char>(found | octet | first_dot(before, block[i]));
  }
  return found != 0;
}

// The closer look, for messages full of stuffed dots: only a dot before a CR, LF or NUL (or another low control
// character) decides anything. The octet behind the block must be readable too.
template <BareNewline policy>
bool needs_walk(const char* block) {
  unsigned char found = 0;
  for (std::size_t i = 0; i < block_size; ++i) {
    const char before = (block - 1)[i];
    const unsigned char octet = policy == BareNewline::reject ? bare(before, block[i]) : 0;
    const auto ends_early = static_cast<unsigned char>(static_cast<unsigned char>(block[i + 1]) <= '\r');
    found = static_cast<unsigned char>(found | octet | (first_dot(before, block[i]) & ends_early));
  }
  return found != 0;
}

// The two octets before the block must be readable.
std::uint64_t stuffing_dots(const char* block) {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < block_size; ++i) {
    found += static_cast<unsigned char>((block - 2)[i] == '\r') & first_dot((block - 1)[i], block[i]);
  }
  return found;
}

template <BareNewline policy>
bool can_pass(const char* block, std::uint64_t& stuffed) {
  if (!suspicious<policy>(block)) return true;
  if (needs_walk<policy>(block)) return false;
  stuffed += stuffing_dots(block);
  return true;
}

bool can_pass(const char* block, BareNewline policy, std::uint64_t& stuffed) {
  return policy == BareNewline::reject ? can_pass<BareNewline::reject>(block, stuffed)
                                       : can_pass<BareNewline::pass>(block, stuffed);
}

}  // namespace

// A walk through one view: `at` is the first octet not yet judged, all before it may be forwarded.
struct BodyScanner::Walk {
  std::string_view text;
  std::size_t at = 0;
  std::size_t end_length = 0;  // of ".\r\n" at `at`, once found
  bool starved = false;        // the octet at `at` cannot be judged without its successors

  [[nodiscard]] bool has(std::size_t offset) const { return at + offset < text.size(); }
  [[nodiscard]] char octet(std::size_t offset) const { return text[at + offset]; }
};

BodyScanner BodyScanner::for_data(BareNewline policy, MessageEnd end) {
  BodyScanner scanner;
  scanner.mode_ = Mode::data;
  scanner.policy_ = policy;
  scanner.end_ = end;
  scanner.state_ = State::more;
  return scanner;
}

BodyScanner BodyScanner::for_chunk(std::uint64_t size, MessageEnd end) {
  BodyScanner scanner;
  scanner.mode_ = Mode::chunk;
  scanner.end_ = size > 0 ? end : MessageEnd::forward;
  scanner.remaining_ = size;
  scanner.state_ = size > 0 ? State::more : State::complete;
  return scanner;
}

void BodyScanner::release_end() {
  if (!holds_end()) return;
  end_ = MessageEnd::forward;
  state_ = State::more;
}

std::size_t BodyScanner::take(std::string_view unread) {
  if (state_ != State::more) return 0;
  const std::size_t taken = mode_ == Mode::data ? take_data(unread) : take_chunk(unread.size());
  octets_ += taken;
  return taken;
}

std::size_t BodyScanner::take_chunk(std::size_t available) {
  auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, available));
  if (taken == remaining_) {
    state_ = State::complete;
    // A chunk without its last octet is no chunk: holding that one back holds back the message.
    if (end_ == MessageEnd::hold) --taken;
  }
  remaining_ -= taken;
  return taken;
}

std::size_t BodyScanner::take_data(std::string_view unread) {
  Walk walk{unread};
  while (state_ == State::more && !walk.starved && walk.at < unread.size()) {
    const bool whole_block = walk.at >= 2 && unread.size() - walk.at > block_size;
    if (whole_block && can_pass(unread.data() + walk.at, policy_, stuffed_)) {
      walk.at += block_size;
      // A CR at the edge is judged with its successor.
      if (unread[walk.at - 1] == '\r') --walk.at;
      line_begins_ = unread[walk.at - 1] == '\n' && unread[walk.at - 2] == '\r';
      continue;
    }
    const std::size_t stop = std::min(unread.size(), walk.at < 2 ? 2 : walk.at + block_size);
    while (walk.at < stop && state_ == State::more && !walk.starved) step(walk);
  }
  if (state_ == State::complete && end_ == MessageEnd::forward) walk.at += walk.end_length;
  return walk.at;
}

// Judges the octet at walk.at.
void BodyScanner::step(Walk& walk) {
  const char octet = walk.octet(0);
  if (octet == '.' && line_begins_) return step_dot(walk);
  if (octet == '\n' || octet == '\0') return step_bare(walk);
  if (octet != '\r') {
    line_begins_ = false;
    ++walk.at;
    return;
  }
  if (!walk.has(1)) {
    walk.starved = true;
    return;
  }
  if (walk.octet(1) != '\n') return step_bare(walk);
  line_begins_ = true;
  walk.at += 2;
}

// A dot at the beginning of a line: the end of the message, the second half of a smuggled end, or text. Not even the
// dot goes before that is known, because a lax backend takes "." and a closed connection for the end.
void BodyScanner::step_dot(Walk& walk) {
  const bool half_end = walk.has(1) && walk.octet(1) == '\r';
  if (!walk.has(1) || (half_end && !walk.has(2))) {
    walk.starved = true;
    return;
  }
  if (half_end && walk.octet(2) == '\n') {
    state_ = State::complete;
    walk.end_length = 3;
    return;
  }
  const bool faulty = half_end || walk.octet(1) == '\n' || walk.octet(1) == '\0';
  if (!faulty || policy_ == BareNewline::pass) ++stuffed_;
  if (faulty) return step_bare(walk);
  line_begins_ = false;
  ++walk.at;
}

void BodyScanner::step_bare(Walk& walk) {
  if (policy_ == BareNewline::reject) {
    state_ = State::bare_newline;
    return;
  }
  line_begins_ = false;
  ++walk.at;
}

}  // namespace smtp
