// Parsing of commands: every view lies inside the line, an AUTH command shows no initial response, a good chunk size
// reads the same when written anew, and what is kept for a policy has no control characters.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "smtp/command.hpp"
#include "smtp/envelope.hpp"

namespace {

void check_inside(std::string_view part, std::string_view whole) {
  if (part.empty()) return;
  const std::less_equal<> before;
  if (!before(whole.data(), part.data()) || !before(part.data() + part.size(), whole.data() + whole.size())) {
    __builtin_trap();
  }
}

void check_path(std::string_view argument, std::string_view keyword) {
  const auto path = smtp::parse_path(argument, keyword);
  if (!path) return;
  check_inside(path->mailbox, argument);
  check_inside(path->parameters, argument);
  check_inside(smtp::parameter(path->parameters, "SIZE").value_or(""), argument);
  const smtp::Envelope envelope = smtp::Envelope{}.with_sender(*path);
  for (const char c : *envelope.sender) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') __builtin_trap();
  }
}

void check_chunk(std::string_view argument) {
  const smtp::Chunk chunk = smtp::parse_chunk(argument);
  if (chunk.kind != smtp::Chunk::Kind::good) return;
  const std::string anew = std::to_string(chunk.size) + (chunk.last ? " LAST" : "");
  const smtp::Chunk again = smtp::parse_chunk(anew);
  if (chunk.size > smtp::max_chunk || again.size != chunk.size || again.last != chunk.last) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const smtp::Command command = smtp::parse_command(line);
  check_inside(command.argument, line);
  const bool word = command.argument.find_first_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos;
  if (command.verb == smtp::Verb::auth && !word) __builtin_trap();
  check_path(command.argument, "FROM");
  check_path(command.argument, "TO");
  check_chunk(command.argument);
  return 0;
}
