// EHLOCK_* variables to assignments.

#include <algorithm>

#include "config/sources.hpp"
#include "config/value.hpp"

namespace config {
namespace {

constexpr std::string_view prefix = "EHLOCK_";

// Words between blanks, for the one list that is a command: commas belong to its arguments.
std::vector<Word> command_words(std::string_view text, const std::string& origin) {
  std::vector<Word> words;
  for (const std::string_view piece : base::split(text, ' ')) {
    if (!piece.empty()) words.push_back({std::string(piece), origin});
  }
  return words;
}

std::vector<Word> words_from(const Shape& shape, const std::string& text, const std::string& origin) {
  if (shape.many && shape.flag.empty()) return command_words(text, origin);
  if (!shape.negated) return words_of(shape, text, origin);
  const auto off = toggle(text);
  return {{off ? (*off ? "false" : "true") : text, origin}};
}

}  // namespace

Reading read_environment(const std::vector<Shape>& shapes, const std::map<std::string, std::string>& variables) {
  Reading reading;
  std::vector<std::string> known;
  std::transform(shapes.begin(), shapes.end(), std::back_inserter(known), variable_of);
  std::vector<std::string> bare;
  std::transform(known.begin(), known.end(), std::back_inserter(bare),
                 [](const std::string& name) { return name.substr(prefix.size()); });
  for (const auto& [name, value] : variables) {
    if (!name.starts_with(prefix) || value.empty()) continue;
    const auto row = std::find(known.begin(), known.end(), name);
    if (row != known.end()) {
      const auto index = static_cast<std::size_t>(row - known.begin());
      reading.assignments.push_back({index, words_from(shapes[index], value, name), name});
      continue;
    }
    const std::string near = base::nearest(name.substr(prefix.size()), bare);
    if (near.empty()) continue;
    reading.faults.push_back(fmt::format("{}: unknown variable; did you mean \"{}{}\"?", name, prefix, near));
  }
  return reading;
}

}  // namespace config
