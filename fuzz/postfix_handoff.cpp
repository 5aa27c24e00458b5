// Any octets as a request of any generation: any chunking reads the same, and a request that was read can be written
// and read again.
#include <cstdint>
#include <string>
#include <string_view>

#include "must.hpp"
#include "postfix/handoff.hpp"

namespace {

using fuzz::must;

using State = postfix::HandoffReader::State;

bool same(const postfix::Handoff& a, const postfix::Handoff& b) {
  return a.remote_endpoint == b.remote_endpoint && a.flags == b.flags && a.handshake_limit == b.handshake_limit &&
         a.session_limit == b.session_limit && a.service == b.service && a.settings == b.settings;
}

void check(postfix::Generation generation, std::string_view bytes) {
  postfix::HandoffReader whole(generation);
  const std::size_t taken = whole.feed(bytes);
  postfix::HandoffReader torn(generation);
  std::size_t taken_torn = 0;
  for (const char& c : bytes) taken_torn += torn.feed({&c, 1});
  must(taken == taken_torn && whole.state() == torn.state() && whole.fault() == torn.fault());
  if (whole.state() != State::done) return;
  must(same(whole.handoff(), torn.handoff()));
  postfix::HandoffReader again(generation);
  again.feed(encode(whole.handoff(), generation));
  must(again.state() == State::done && same(whole.handoff(), again.handoff()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using postfix::Generation;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto generation : {Generation::a, Generation::b, Generation::c, Generation::d, Generation::e}) {
    check(generation, bytes);
  }
  // The same octets as the text of mail_version.
  if (const auto version = postfix::Version::parse(bytes)) check(generation_of(*version), bytes);
  return 0;
}
