// Editing an EHLO reply: what comes out parses as one reply with the same code and greeting, has the removed keywords
// nowhere and the added one once, and editing it again changes nothing.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "smtp/capabilities.hpp"

namespace {

smtp::Reply parse(std::string_view wire, std::size_t limit) {
  smtp::ReplyParser parser(limit);
  const std::size_t taken = parser.feed(wire);
  if (parser.state() != smtp::ReplyParser::State::complete) return {};
  smtp::Reply reply = parser.take();
  if (taken != reply.wire.size()) __builtin_trap();
  return reply;
}

int count(const smtp::Reply& reply, std::string_view keyword) {
  int found = 0;
  const auto lines = reply.lines();
  for (std::size_t i = 1; i < lines.size(); ++i) found += base::iequals(smtp::keyword_of(lines[i]), keyword) ? 1 : 0;
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const smtp::Reply ehlo = parse({reinterpret_cast<const char*>(data), size}, 2048);
  if (ehlo.code == 0) return 0;
  const smtp::CapabilityEdit edit{{"AUTH", "STARTTLS", "XCLIENT"}, {"STARTTLS"}};
  const smtp::Reply result = smtp::edited(ehlo, edit);
  const smtp::Reply again = parse(result.wire, 4096);
  if (again.code != ehlo.code || again.wire != result.wire) __builtin_trap();
  if (again.lines().front() != ehlo.lines().front()) __builtin_trap();
  if (count(again, "AUTH") + count(again, "XCLIENT") != 0 || count(again, "STARTTLS") != 1) __builtin_trap();
  if (smtp::edited(again, edit).wire != again.wire) __builtin_trap();
  const smtp::CapabilityEdit remove{{"AUTH", "STARTTLS"}, {}};
  if (count(smtp::edited(ehlo, remove), "STARTTLS") != 0) __builtin_trap();
  return 0;
}
