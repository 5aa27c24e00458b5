// ReplyParser: any chunking gives the same reply, its wire text is the input's front, and rendering what was parsed
// gives a reply with the same lines.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "smtp/reply.hpp"

namespace {

constexpr std::size_t limit = 512;

struct Parsed {
  smtp::ReplyParser::State state = smtp::ReplyParser::State::more;
  smtp::Reply reply;
  std::size_t taken = 0;
};

Parsed parse(std::string_view wire, std::size_t piece) {
  smtp::ReplyParser parser(limit);
  Parsed parsed;
  while (parsed.taken < wire.size() && parser.state() == smtp::ReplyParser::State::more) {
    parsed.taken += parser.feed(wire.substr(parsed.taken, piece));
  }
  parsed.state = parser.state();
  if (parsed.state == smtp::ReplyParser::State::complete) parsed.reply = parser.take();
  return parsed;
}

void check_complete(const Parsed& parsed, std::string_view wire) {
  const smtp::Reply& reply = parsed.reply;
  if (reply.wire != wire.substr(0, parsed.taken) || reply.wire.size() > limit) __builtin_trap();
  if (reply.code < 200 || reply.code > 599 || reply.lines().empty()) __builtin_trap();
  const smtp::Reply again = smtp::make_reply(reply.code, reply.lines());
  const Parsed twice = parse(again.wire, again.wire.size());
  const bool fits = again.wire.size() <= limit;
  if (fits && (twice.reply.wire != again.wire || twice.reply.lines() != reply.lines())) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view wire(reinterpret_cast<const char*>(data), size);
  const Parsed whole = parse(wire, size + 1);
  for (const std::size_t piece : {1U, 3U, 100U}) {
    const Parsed parts = parse(wire, piece);
    if (parts.state != whole.state || parts.reply.wire != whole.reply.wire) __builtin_trap();
  }
  if (whole.state == smtp::ReplyParser::State::complete) check_complete(whole, wire);
  return 0;
}
