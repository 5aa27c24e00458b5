#include "apps/ehlock/send_transcript.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"

namespace app {
namespace {

constexpr std::size_t longest_line = 1000;

void print(std::string_view sign, std::string_view line) {
  fmt::print("{} {}\n", sign, base::escaped(line, longest_line));
  std::fflush(stdout);
}

}  // namespace

void SendTranscript::heard(const smtp::Reply& reply) {
  std::string_view rest = reply.wire;
  for (auto end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
    print("<-", rest.substr(0, end));
    rest.remove_prefix(end + 2);
  }
}

void SendTranscript::said(std::string_view line) {
  print("->", line);
}

void SendTranscript::noted(std::string_view text) {
  print("==", text);
}

}  // namespace app
