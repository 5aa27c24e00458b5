// Fuzz target: messages between worker, launcher and resolver, and of a hand-over: whatever decodes encodes to what
// decodes the same, so that both ends of a channel mean the same; a hand-over's words are fit for the log.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "must.hpp"
#include "session/handoff_wire.hpp"
#include "session/launch_wire.hpp"

namespace {

using fuzz::must;

template <typename Decode>
void check(Decode decode, std::string_view bytes) {
  const auto message = decode(bytes);
  if (!message) return;
  const std::string written = session::encode(*message);
  const auto again = decode(written);
  must(again.has_value() && session::encode(*again) == written);
}

void check_hand_over(std::string_view bytes) {
  const auto message = session::decode_hand_over(bytes);
  if (!message) return;
  must(message->idle.count() > 0 && message->handshake.count() > 0);
  must(message->fewest_descriptors() <= message->most_descriptors());
  for (const std::string& word : {message->identity.name, message->identity.session_id}) {
    must(std::all_of(word.begin(), word.end(), [](char c) { return c >= 0x20 && c <= 0x7e; }));
  }
  // The words are escaped by each decoding; nothing else changes.
  session::HandOver plain = *message;
  plain.identity.name = plain.identity.session_id = "x";
  const std::string written = session::encode(plain);
  const auto again = session::decode_hand_over(written);
  must(again.has_value() && session::encode(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(session::decode_launch_request, bytes);
  check(session::decode_launch_answer, bytes);
  check(session::decode_launch_release, bytes);
  check(session::decode_name_request, bytes);
  check(session::decode_name_answer, bytes);
  check_hand_over(bytes);
  const auto variables = session::decode_variables(bytes);
  must(session::decode_variables(session::encode_variables(variables)) == variables);
  return 0;
}
