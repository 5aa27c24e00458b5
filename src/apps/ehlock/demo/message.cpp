#include "apps/ehlock/demo/message.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "apps/ehlock/sink/server.hpp"
#include "base/text.hpp"
#include "os/files.hpp"

namespace app {
namespace {

constexpr std::size_t largest_shown = std::size_t{1} << 20U;
constexpr std::size_t most_lines = 60;
constexpr std::size_t longest_line = 200;

}  // namespace

void show_text(std::string_view text) {
  std::size_t lines = 0;
  while (!text.empty() && lines < most_lines) {
    const auto end = text.find("\r\n");
    fmt::print("  | {}\n", base::escaped(text.substr(0, end), longest_line));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    ++lines;
  }
  if (!text.empty()) fmt::print("  | ... and {} octets more\n", text.size());
  (void)std::fflush(stdout);
}

void show_message(const SinkReceipt& receipt) {
  fmt::print("\n{}\n", text_of(receipt));
  const auto text = os::read_file(receipt.file, largest_shown);
  show_text(text ? std::string_view(*text) : "(too large to be shown here)");
}

std::string demo_message(std::string_view date) {
  return fmt::format(
      "From: <ehlock@localhost>\r\nTo: <you@example.org>\r\nSubject: ehlock run --once\r\nDate: {}\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
      "This came through STARTTLS to a backend that knows no TLS.\r\n"
      ".\r\n..\r\n.A line that begins with a dot, as those above: they arrive as they were.\r\n"
      "Beyond ASCII: \xc3\xa9\xc3\xa8\xc3\xaa.\r\n",
      date);
}

}  // namespace app
