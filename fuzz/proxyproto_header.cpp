// Any bytes as a PROXY header: a prefix never knows better than the whole, and what was read can be written and read
// again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proxyproto/header.hpp"

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

using State = proxyproto::Parsed::State;

// The first `size` octets need more, or are wrong already and stay so.
void check_prefix(std::string_view bytes, std::size_t size, const proxyproto::Parsed& whole) {
  const State state = proxyproto::parse(bytes.substr(0, size)).state;
  if (whole.state == State::done) require(state == (size < whole.header.size ? State::need_more : State::done));
  if (whole.state == State::need_more) require(state == State::need_more);
  if (whole.state == State::fault) require(state != State::done);
}

void check_line(const proxyproto::Header& header) {
  const auto line = proxyproto::write_v1(header);
  require(line.has_value() && line->size() <= proxyproto::v1_limit);
  const auto again = proxyproto::parse(*line);
  require(again.state == State::done && again.header.source == header.source);
  require(again.header.destination == header.destination && again.header.told() == header.told());
}

void check_again(const proxyproto::Header& header) {
  const auto written = proxyproto::write_v2(header);
  require(written.has_value() && written->size() <= proxyproto::header_limit);
  const auto again = proxyproto::parse(*written);
  require(again.state == State::done && again.header.size == written->size());
  require(again.header.command == header.command && again.header.source == header.source);
  require(again.header.destination == header.destination && again.header.told() == header.told());
  if (header.family == proxyproto::Family::unix_domain) return;
  check_line(header);
  require(proxyproto::between(header.source, header.destination).has_value() == header.told());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = proxyproto::parse(bytes);
  require(whole.header.size <= size && whole.header.size <= proxyproto::header_limit);
  for (std::size_t cut = 0; cut < size && cut < 256; ++cut) check_prefix(bytes, cut, whole);
  if (whole.state == State::done) check_again(whole.header);
  if (whole.state == State::fault) require(!whole.fault.empty());
  return 0;
}
