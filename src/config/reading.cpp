// Words, complaints and suggestions that all sources share.

#include "config/reading.hpp"

namespace config {

Reading read_defaults(const std::vector<Shape>& shapes) {
  Reading reading;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].standard.empty()) continue;
    reading.assignments.push_back({i, words_of(shapes[i], shapes[i].standard, "default"), "default"});
  }
  return reading;
}

std::vector<Word> words_of(const Shape& shape, std::string_view text, const std::string& origin) {
  if (!shape.many) return {{std::string(text), origin}};
  std::vector<Word> words;
  for (const std::string_view piece : base::split(text, ','))
    words.push_back({std::string(base::trimmed(piece)), origin});
  return words;
}

std::string suggestion(std::string_view wrong, const std::vector<std::string>& known) {
  const std::string near = base::nearest(wrong, known);
  return near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
}

std::string label(const Assignment& from, const std::string& origin) {
  return from.key.empty() ? origin : origin + ": " + from.key;
}

std::string_view unfit(std::string_view text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  return control ? "control characters are not allowed" : "";
}

}  // namespace config
