// Any words as a command line: one word a line of the input. A command, help, or an error with text, never a crash;
// the arguments of serve are loaded too, without files.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "config/commands.hpp"
#include "config/load.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words{"ehlock"};
  for (const std::string_view word : base::split({reinterpret_cast<const char*>(data), size}, '\n')) {
    words.emplace_back(word);
  }
  const config::CommandLine line = config::parse_command_line(words);
  if (const auto* usage = std::get_if<config::UsageError>(&line); usage != nullptr && usage->text.empty()) std::abort();
  const auto* serve = std::get_if<config::ServeCommand>(&line);
  if (serve == nullptr) return 0;
  for (const std::string& word : serve->arguments) {
    if (word.starts_with("--config")) return 0;
  }
  const auto loaded = config::load_serve(serve->arguments, {});
  if (!loaded && loaded.error().text.empty()) std::abort();
  return 0;
}
