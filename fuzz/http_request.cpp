// A monitoring system's request: nothing longer than its limit is waited for; a whole one has a path that begins at /.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const http::Request request = http::read_request(bytes);
  if (request.state == http::Reading::more && size >= http::longest_head) std::abort();
  const bool whole = request.state == http::Reading::whole;
  if (whole && (request.path.empty() || request.path.front() != '/' || request.path.size() > size)) std::abort();
  return 0;
}
