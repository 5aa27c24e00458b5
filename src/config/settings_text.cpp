#include "config/settings_text.hpp"

#include "config/value.hpp"

namespace config {
namespace {

// A basic string of TOML. Control characters are not in values (unfit() in reading.hpp).
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string literal(const Shape& shape, const std::string& word) {
  if (shape.kind == Kind::toggle) return toggle(word).value_or(false) ? "true" : "false";
  const auto number = base::number<std::size_t>(word);
  if (shape.kind == Kind::count && number) return fmt::to_string(*number);
  return quoted(word);
}

std::string value_text(const Shape& shape, const std::vector<std::string>& words) {
  if (words.empty()) return "";
  if (!shape.many) return literal(shape, words.back());
  std::vector<std::string> literals;
  literals.reserve(words.size());
  for (const std::string& word : words) literals.push_back(literal(shape, word));
  return fmt::format("[{}]", fmt::join(literals, ", "));
}

std::string line_of(const std::string& what, const std::string& origin) {
  return fmt::format("{:<44}  # {}\n", what, base::escaped(origin));
}

Setting setting_of(const Shape& shape, const Applied& applied) {
  const auto found = applied.current.find(shape.key);
  if (found == applied.current.end()) return {shape.key, "", "default"};
  return {shape.key, value_text(shape, found->second.words), found->second.origin};
}

}  // namespace

Setting said_of(const Shape& shape, const Applied& applied) {
  Setting setting = setting_of(shape, applied);
  if (setting.value.empty()) setting.value = shape.many ? "[]" : "\"\"";
  return setting;
}

std::vector<Setting> settings_of(const std::vector<Shape>& shapes, const Applied& applied) {
  std::vector<Setting> settings;
  for (const Shape& shape : shapes) {
    if (!shape.key.empty()) settings.push_back(setting_of(shape, applied));
  }
  return settings;
}

std::string text_of(const std::vector<SettingGroup>& sections) {
  std::string text;
  for (const SettingGroup& section : sections) {
    text += "\n" + line_of(section.heading, section.origin);
    for (const Setting& each : section.settings) {
      text += line_of(fmt::format("{} = {}", each.name, each.value), each.origin);
    }
  }
  return text;
}

std::string text_of(const std::vector<Shape>& shapes, const std::vector<Setting>& settings) {
  std::string text;
  std::string group;
  auto setting = settings.begin();
  for (const Shape& shape : shapes) {
    if (shape.key.empty() || setting == settings.end()) continue;
    if (shape.group != group) text += fmt::format("{}# {}\n", text.empty() ? "" : "\n", shape.group);
    group = shape.group;
    const std::string value = fmt::format("{} = {}", setting->name, setting->value);
    text += setting->value.empty() ? fmt::format("# {} is not set: {}\n", setting->name, shape.unset)
                                   : line_of(value, setting->origin);
    ++setting;
  }
  return text;
}

}  // namespace config
