// Messages of the key process: whatever decodes encodes to the same octets, so that there is one form of each message.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "keys/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto request = keys::decode_request(bytes); request && keys::encode(*request) != bytes) std::abort();
  if (const auto answer = keys::decode_answer(bytes); answer && keys::encode(*answer) != bytes) std::abort();
  if (const auto report = keys::decode_report(bytes); report && keys::encode(*report) != bytes) std::abort();
  return 0;
}
