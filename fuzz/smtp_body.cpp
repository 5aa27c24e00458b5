// BodyScanner: any chunking forwards the same octets, the input's front, and ends in the same state; DATA ends with
// CRLF.CRLF and nowhere before; of refused text no bare newline, NUL or lone dot was forwarded. The first octet
// chooses.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "smtp/body.hpp"

namespace {

using State = smtp::BodyScanner::State;
using Scanned = std::pair<std::string, State>;

Scanned scan(smtp::BodyScanner scanner, std::string_view text, std::size_t piece) {
  std::string forwarded;
  std::string buffer;
  for (std::size_t at = 0; at < text.size() && (at == 0 || scanner.state() == State::more); at += piece) {
    buffer += text.substr(at, piece);
    std::size_t taken = scanner.take(buffer);
    if (scanner.holds_end()) {
      scanner.release_end();
      taken += scanner.take(std::string_view(buffer).substr(taken));
    }
    forwarded += buffer.substr(0, taken);
    buffer.erase(0, taken);
    if (scanner.state() == State::more && buffer.size() > 2) __builtin_trap();
  }
  return {forwarded, scanner.state()};
}

void check_data(const Scanned& scanned, bool strict) {
  const std::string text = "\r\n" + scanned.first;
  const std::size_t end = text.find("\r\n.\r\n");
  if (scanned.second == State::complete ? end + 5 != text.size() : end != std::string::npos) __builtin_trap();
  if (scanned.second == State::bare_newline && text.ends_with("\r\n.")) __builtin_trap();
  for (std::size_t i = 1; strict && i < text.size(); ++i) {
    if (text[i] == '\0' || (text[i - 1] == '\r') != (text[i] == '\n')) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto policy = (data[0] & 1) != 0 ? smtp::BareNewline::pass : smtp::BareNewline::reject;
  const auto end = (data[0] & 2) != 0 ? smtp::MessageEnd::hold : smtp::MessageEnd::forward;
  const bool chunk = (data[0] & 4) != 0;
  const auto scanner = chunk ? smtp::BodyScanner::for_chunk(data[0], end) : smtp::BodyScanner::for_data(policy, end);
  const Scanned whole = scan(scanner, text, text.size() + 1);
  if (whole.first != text.substr(0, whole.first.size())) __builtin_trap();
  if (!chunk) check_data(whole, policy == smtp::BareNewline::reject);
  for (const std::size_t piece : {1U, 2U, 5U, 257U, 600U}) {
    if (scan(scanner, text, piece) != whole) __builtin_trap();
  }
  return 0;
}
