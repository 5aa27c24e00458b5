// ReplyParser: any chunking gives the same replies, their wire text is the input's front, and rendering what was parsed
// gives a reply with the same lines.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "must.hpp"
#include "smtp/reply.hpp"

namespace {

using fuzz::must;

constexpr std::size_t limit = 512;

struct Parsed {
  smtp::ReplyParser::State state = smtp::ReplyParser::State::more;
  std::vector<smtp::Reply> replies;
  std::string wire;  // of them all
};

Parsed parse(std::string_view wire, std::size_t piece) {
  smtp::ReplyParser parser(limit);
  Parsed parsed;
  std::size_t taken = 0;
  while (taken < wire.size() && parser.state() == smtp::ReplyParser::State::more) {
    taken += parser.feed(wire.substr(taken, piece));
    if (parser.state() != smtp::ReplyParser::State::complete) continue;
    parsed.replies.push_back(parser.take());
    parsed.wire += parsed.replies.back().wire;
    must(parsed.wire.size() == taken);
  }
  parsed.state = parser.state();
  return parsed;
}

void check(const smtp::Reply& reply) {
  must(reply.wire.size() <= limit && reply.code >= 200 && reply.code <= 599);
  must(static_cast<std::ptrdiff_t>(reply.lines().size()) == std::count(reply.wire.begin(), reply.wire.end(), '\n'));
  const smtp::Reply again = smtp::make_reply(reply.code, reply.lines());
  if (again.wire.size() > limit) return;  // "250" is shorter than "250 "
  const Parsed twice = parse(again.wire, again.wire.size());
  must(twice.replies.size() == 1 && twice.wire == again.wire && twice.replies.front().lines() == reply.lines());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view wire(reinterpret_cast<const char*>(data), size);
  const Parsed whole = parse(wire, size + 1);
  must(wire.starts_with(whole.wire));
  for (const std::size_t piece : {1U, 3U, 100U}) {
    const Parsed parts = parse(wire, piece);
    must(parts.state == whole.state && parts.wire == whole.wire && parts.replies.size() == whole.replies.size());
  }
  for (const smtp::Reply& reply : whole.replies) check(reply);
  return 0;
}
