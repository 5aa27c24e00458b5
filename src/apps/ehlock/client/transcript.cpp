#include "apps/ehlock/client/transcript.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "base/text.hpp"

namespace app {
namespace {

constexpr std::size_t longest_line = 1000;

}  // namespace

void Transcript::print(std::string_view sign, std::string_view line) const {
  if (!shown_) return;
  fmt::print("{} {}\n", sign, base::escaped(line, longest_line));
  (void)std::fflush(stdout);
}

void Transcript::heard(const smtp::Reply& reply) const {
  std::string_view rest = reply.wire;
  for (auto end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
    print("<-", rest.substr(0, end));
    rest.remove_prefix(end + 2);
  }
}

void Transcript::said(std::string_view line) const {
  print("->", line);
}

void Transcript::noted(std::string_view text) const {
  print("==", text);
}

}  // namespace app
