#include "load_script.hpp"

#include <algorithm>

namespace load {
namespace {

constexpr std::size_t largest_block = 64 * 1024;

std::string lines_of(std::size_t octets) {
  std::string lines;
  while (lines.size() < octets) {
    const std::size_t width = std::min<std::size_t>(76, octets - lines.size());
    lines.append(std::max<std::size_t>(width, 3) - 2, 'm').append("\r\n");
  }
  return lines;
}

void add_message(std::vector<Exchange>& exchanges) {
  exchanges.push_back({"MAIL FROM:<bench@example.org>\r\n", "250"});
  exchanges.push_back({"RCPT TO:<sink@example.org>\r\n", "250"});
  exchanges.push_back({"DATA\r\n", "354"});
  exchanges.push_back({"", "250", true});
}

}  // namespace

Script make_script(const Options& options) {
  const Exchange hello{"EHLO bench.example.org\r\n", "250"};
  Script script;
  script.exchanges = {{"", "220"}, hello};
  if (options.door == Door::starttls) {
    script.exchanges.push_back({"STARTTLS\r\n", "220", false, true});
    script.exchanges.push_back(hello);
  }
  for (std::size_t count = 0; count < options.messages; ++count) add_message(script.exchanges);
  if (!options.hold) script.exchanges.push_back({"QUIT\r\n", "221"});
  script.block = lines_of(std::min(options.octets, largest_block));
  script.blocks = std::max<std::size_t>(1, options.octets / script.block.size());
  return script;
}

}  // namespace load
