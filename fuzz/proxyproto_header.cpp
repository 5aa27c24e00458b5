// Any bytes as a PROXY header: a prefix never knows better than the whole, and what was read can be written and read
// again.
#include <cstdint>
#include <string_view>

#include "must.hpp"
#include "proxyproto/header.hpp"

namespace {

using fuzz::must;

using State = proxyproto::Parsed::State;

// The first `size` octets need more, or are wrong already and stay so.
void check_prefix(std::string_view bytes, std::size_t size, const proxyproto::Parsed& whole) {
  const State state = proxyproto::parse(bytes.substr(0, size)).state;
  if (whole.state == State::done) must(state == (size < whole.header.size ? State::need_more : State::done));
  if (whole.state == State::need_more) must(state == State::need_more);
  if (whole.state == State::fault) must(state != State::done);
}

void check_line(const proxyproto::Header& header) {
  const auto line = proxyproto::write_v1(header);
  must(line.has_value() && line->size() <= proxyproto::v1_limit);
  const auto again = proxyproto::parse(*line);
  must(again.state == State::done && again.header.source == header.source);
  must(again.header.destination == header.destination && again.header.told() == header.told());
}

void check_again(const proxyproto::Header& header) {
  const auto written = proxyproto::write_v2(header);
  must(written.has_value() && written->size() <= proxyproto::header_limit);
  const auto again = proxyproto::parse(*written);
  must(again.state == State::done && again.header.size == written->size());
  must(again.header.command == header.command && again.header.source == header.source);
  must(again.header.destination == header.destination && again.header.told() == header.told());
  if (header.family == proxyproto::Family::unix_domain) return;
  check_line(header);
  must(proxyproto::between(header.source, header.destination).has_value() == header.told());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = proxyproto::parse(bytes);
  must(whole.header.size <= size && whole.header.size <= proxyproto::header_limit);
  for (std::size_t cut = 0; cut < size && cut < 256; ++cut) check_prefix(bytes, cut, whole);
  if (whole.state == State::done) check_again(whole.header);
  if (whole.state == State::fault) must(!whole.fault.empty());
  return 0;
}
