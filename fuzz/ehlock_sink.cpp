// Fuzz target: any client of `ehlock sink`. The first octet says into pieces of which size the rest is cut: the answers
// are the same as for all of it at once, whole lines without what the client said as a control character, and so are
// the messages kept.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "apps/ehlock/sink/session.hpp"
#include "must.hpp"

namespace {

using fuzz::must;

bool is_tame(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

// What was said and kept.
struct Heard {
  std::string replies, kept;
  bool over = false;
};

void note(Heard& heard, const app::SinkReceipt& receipt) {
  const app::SinkEnvelope& envelope = receipt.envelope;
  must(is_tame(envelope.helo) && is_tame(envelope.sender) && !envelope.recipients.empty());
  must(std::all_of(envelope.recipients.begin(), envelope.recipients.end(), is_tame));
  heard.kept +=
      fmt::format("{} {} {} {}\n", envelope.helo, envelope.sender, envelope.recipients.size(), receipt.octets);
}

Heard listen(std::string_view wire, std::size_t piece) {
  Heard heard;
  auto store = app::SinkStore::open("");  // keeps nothing
  must(store.has_value());
  const app::SinkReport told = [&](const app::SinkReceipt& receipt) { note(heard, receipt); };
  app::SinkSession session(*store, told, "sink.example");
  base::Buffer unread(65536);
  while (!wire.empty() && !session.over()) {
    const std::size_t taken = std::min({piece, wire.size(), unread.room()});
    must(taken > 0 && unread.append(wire.substr(0, taken)));
    wire.remove_prefix(taken);
    session.take(unread, heard.replies);
  }
  heard.over = session.over();
  return heard;
}

void check_replies(std::string_view rest) {
  for (std::size_t end = rest.find("\r\n"); !rest.empty(); end = rest.find("\r\n")) {
    must(end != std::string_view::npos && end > 3 && rest.front() >= '2' && rest.front() <= '5');
    must(is_tame(rest.substr(0, end)));
    rest.remove_prefix(end + 2);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view wire(reinterpret_cast<const char*>(data + 1), size - 1);
  const Heard whole = listen(wire, wire.size());
  const Heard torn = listen(wire, std::max<std::size_t>(1, data[0]));
  must(whole.replies == torn.replies && whole.kept == torn.kept && whole.over == torn.over);
  check_replies(whole.replies);
  return 0;
}
