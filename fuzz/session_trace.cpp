// Fuzz target: what a trace of a session tells of a line, be it the client's or ours: one printable line of bounded
// length, which does not change with what the client says behind AUTH, or in answer to a 334.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "must.hpp"
#include "session/trace.hpp"

namespace {

using fuzz::must;

void check_words(std::string_view told, std::size_t longest) {
  must(told.size() <= longest);
  must(std::all_of(told.begin(), told.end(), [](char c) { return c >= 0x20 && c <= 0x7e; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest_argument = 512;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  check_words(session::told_of_client(line, false), 4 * longest_argument + 64);
  check_words(session::told_to_client(line), longest_argument);
  must(session::told_of_client(line, true) == session::told_of_client(std::string(size, 'A'), true));
  for (const std::string begin : {"AUTH PLAIN ", "auth\tLogin ", " AUTH CRAM-MD5\t"}) {
    must(session::told_of_client(begin + std::string(line), false) == session::told_of_client(begin + "AA==", false));
  }
  if (session::is_challenge(line)) must(session::told_to_client(line) == "334 (...)");
  return 0;
}
