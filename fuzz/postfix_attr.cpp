// Any octets as attribute lists: any chunking gives the same lists, and what was read is written the same.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "must.hpp"
#include "postfix/attr.hpp"

namespace {

using fuzz::must;

using State = postfix::ListReader::State;

std::vector<postfix::Attributes> lists(std::string_view bytes, std::size_t chunk) {
  std::vector<postfix::Attributes> seen;
  postfix::ListReader reader;
  std::string_view list = bytes;
  while (!bytes.empty() && reader.state() != State::fault) {
    bytes.remove_prefix(reader.feed(bytes.substr(0, chunk)));
    if (reader.state() != State::done) continue;
    seen.push_back(reader.take());
    must(postfix::encode(seen.back()) == list.substr(0, list.size() - bytes.size()));
    list = bytes;
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  must(lists(bytes, size) == lists(bytes, 1));
  if (const auto number = postfix::int_of(bytes)) must(postfix::int_of(postfix::int_text(*number)) == number);
  return 0;
}
