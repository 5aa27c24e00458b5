// LineSplitter: any chunking gives the same lines, no line holds a CRLF or is longer than its limit, no octet stays
// behind, and under BareNewline::reject no bare newline or NUL comes out.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.hpp"
#include "smtp/line.hpp"

namespace {

constexpr std::size_t limit = 64;
constexpr std::size_t auth_limit = 128;

void check(const smtp::Line& line, smtp::BareNewline policy) {
  if (line.text.size() + 2 > auth_limit || line.text.find("\r\n") != std::string_view::npos) __builtin_trap();
  const bool bare = line.text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
  if (bare && policy == smtp::BareNewline::reject) __builtin_trap();
}

std::vector<std::string> split(std::string_view text, smtp::BareNewline policy, std::size_t piece) {
  smtp::LineSplitter splitter(policy, limit, auth_limit);
  base::Buffer buffer(4 * auth_limit);
  std::vector<std::string> lines;
  while (!text.empty()) {
    if (!buffer.append(text.substr(0, piece))) __builtin_trap();
    text.remove_prefix(std::min(text.size(), piece));
    for (auto line = splitter.next(buffer); line; line = splitter.next(buffer)) {
      check(*line, policy);
      lines.push_back(std::to_string(static_cast<int>(line->kind)) + std::string(line->text));
      buffer.consume(line->size);
    }
    if (buffer.size() >= auth_limit) __builtin_trap();
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto policy : {smtp::BareNewline::reject, smtp::BareNewline::pass}) {
    const auto whole = split(text, policy, 2 * auth_limit);
    for (const std::size_t piece : {1U, 2U, 7U, 100U}) {
      if (split(text, policy, piece) != whole) __builtin_trap();
    }
  }
  return 0;
}
