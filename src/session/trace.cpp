#include "session/trace.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/command.hpp"

namespace session {
namespace {

constexpr std::size_t longest_told = 512;

}  // namespace

std::string told_of_client(std::string_view line, bool answers_challenge) {
  if (answers_challenge) return fmt::format("(an answer of {} octets)", line.size());
  const smtp::Command command = smtp::parse_command(line);
  if (command.verb == smtp::Verb::unknown) return fmt::format("(no known command, {} octets)", line.size());
  if (command.verb == smtp::Verb::uncarried) return base::uppered(command.word) + " (...)";
  std::string told = base::uppered(smtp::name_of(command.verb));
  if (!command.argument.empty()) told += " " + base::escaped(command.argument, longest_told);
  if (command.verb == smtp::Verb::auth) told += " (...)";
  return told;
}

bool is_challenge(std::string_view words) {
  return words.starts_with("334");
}

std::string told_to_client(std::string_view words) {
  if (is_challenge(words)) return "334 (...)";
  std::string told;
  for (auto line : base::split(words, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) told += (told.empty() ? "" : " | ") + base::escaped(line);
  }
  return told.substr(0, longest_told);
}

}  // namespace session
