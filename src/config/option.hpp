// Option: one row of the table that a command's flags, TOML keys, environment variables, help and manual pages come
// from. Shape is what can be said about a row without knowing where its value goes; Option<Target> also stores it.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/text.hpp"

namespace config {

enum class Kind { text, toggle, duration, count, size, choice, endpoint, network, file };

struct Shape {
  std::string flag{};  // "timeout-data", given as --timeout-data; empty: none (the program after "--")
  std::string key{};   // "timeout.data" in TOML; empty: not allowed in files
  Kind kind = Kind::text;
  bool many = false;       // a list: a TOML array, a repeated flag, commas in flags and variables
  bool negated = false;    // a toggle whose flag switches off: --no-chunking is chunking = false
  std::string argument{};  // how help calls the value: "TIME"
  std::string standard{};  // the default, as the operator would write it; empty: none
  std::string unset{};     // what holds without value and default, for help
  std::string help{};
  std::string group{};               // heading in help
  std::vector<std::string> words{};  // of a choice
};

// "timeout.data": the key, or for rows outside of files the flag.
[[nodiscard]] inline const std::string& name_of(const Shape& shape) {
  return shape.key.empty() ? shape.flag : shape.key;
}

// "EHLOCK_TIMEOUT_DATA": from the flag, or for the row without flag from the key.
[[nodiscard]] std::string variable_of(const Shape& shape);

template <typename Target>
struct Option {
  Shape shape;
  std::function<base::Result<void>(Target&, std::string_view)> store;  // one word; a list's words one by one
  std::function<void(Target&)> clear;                                  // before the words of a list; unsets others
};

template <typename Target>
[[nodiscard]] std::vector<Shape> shapes_of(const std::vector<Option<Target>>& options) {
  std::vector<Shape> shapes;
  std::transform(options.begin(), options.end(), std::back_inserter(shapes), [](const auto& o) { return o.shape; });
  return shapes;
}

// A row with one value. `reach` finds its place in the target, `parse` makes the value from text; its error says what
// would be right, without repeating the text.
template <typename Target, typename Reach, typename Parse>
[[nodiscard]] Option<Target> single(Shape shape, Reach reach, Parse parse) {
  using Place = std::remove_reference_t<std::invoke_result_t<Reach, Target&>>;
  return {std::move(shape),
          [reach, parse](Target& target, std::string_view text) -> base::Result<void> {
            auto value = parse(text);
            if (!value) return tl::unexpected(std::move(value.error()));
            reach(target) = static_cast<Place>(std::move(*value));
            return {};
          },
          [reach](Target& target) { reach(target) = Place{}; }};
}

// A row with a list of values, kept in a vector or a set.
template <typename Target, typename Reach, typename Parse>
[[nodiscard]] Option<Target> many(Shape shape, Reach reach, Parse parse) {
  shape.many = true;
  return {std::move(shape),
          [reach, parse](Target& target, std::string_view text) -> base::Result<void> {
            auto value = parse(text);
            if (!value) return tl::unexpected(std::move(value.error()));
            auto& place = reach(target);
            place.insert(place.end(), std::move(*value));
            return {};
          },
          [reach](Target& target) { reach(target).clear(); }};
}

template <typename Value>
using Words = std::vector<std::pair<std::string, Value>>;

// The parser of a choice: the value that belongs to a word, or an error that lists the words.
template <typename Value>
[[nodiscard]] auto one_of(Words<Value> words) {
  return [words = std::move(words)](std::string_view text) -> base::Result<Value> {
    std::vector<std::string> known;
    for (const auto& [word, value] : words) {
      if (word == text) return value;
      known.push_back(word);
    }
    const std::string near = base::nearest(text, known);
    return base::fail("must be one of {}{}", fmt::join(known, ", "),
                      near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
  };
}

// `shape` as a choice between `words`.
template <typename Value>
[[nodiscard]] Shape choice(Shape shape, const Words<Value>& words) {
  shape.kind = Kind::choice;
  for (const auto& word : words) shape.words.push_back(word.first);
  return shape;
}

}  // namespace config
