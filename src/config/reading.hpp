// Reading: what one source (file, environment, command line, defaults) says, before anything is believed. Each word
// keeps its origin, so that every complaint can name it.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "config/option.hpp"

namespace config {

struct Word {
  std::string text;
  std::string origin;  // "/etc/ehlock/ehlock.toml:12:8", "EHLOCK_LISTEN", "--listen", "default"
};

struct Assignment {
  std::size_t option = 0;   // row of the table
  std::vector<Word> words;  // one; any number for a list
  std::string origin;
  std::string key{};  // in a file, whose origin is a place: how it calls the row, "tls_policy.old.min"
};

// A table of a file that stands for itself: [tls_policy.NAME], with rows of the plain table, or a [[match]].
struct Section {
  bool rule = false;
  std::string name{};  // of the policy
  std::string origin{};
  std::vector<Assignment> assignments{};
  std::set<std::string> faulty{};  // names of rows whose value could not be taken
};

struct Reading {
  std::vector<Assignment> assignments;
  std::vector<Section> sections;    // in their order
  std::vector<std::string> faults;  // unknown names, wrong types: "ORIGIN: what is wrong"
  std::set<std::string> faulty;     // known names whose value could not be taken
  bool whole = true;                // false: something could not be read at all, so that nothing can be said to lack
};

// What holds for one name after some sources were applied.
struct Current {
  std::vector<std::string> words;
  std::string origin;
  std::string label;  // how a complaint begins: the origin, with the name behind it when that is a place in a file
};

struct Applied {
  std::map<std::string, Current> current;  // by name_of()
  std::set<std::string> faulty;            // names with a word that was refused
  std::vector<std::string> faults;
};

// The values of the table's default texts.
[[nodiscard]] Reading read_defaults(const std::vector<Shape>& shapes);

// `text` cut at commas, each piece trimmed; as one word when the shape is no list.
[[nodiscard]] std::vector<Word> words_of(const Shape& shape, std::string_view text, const std::string& origin);

// "; did you mean "X"?" when `wrong` is near one of `known`, else "".
[[nodiscard]] std::string suggestion(std::string_view wrong, const std::vector<std::string>& known);

// "ORIGIN: NAME" for files, else "ORIGIN", which is the name.
[[nodiscard]] std::string label(const Assignment& from, const std::string& origin);

// Why no option may have this text as its value, or "" when it may: control characters would reach logs and replies.
[[nodiscard]] std::string_view unfit(std::string_view text);

// Stores the assignments in their order; a later one replaces the whole of an earlier one. Goes on after faults.
template <typename Target>
void apply_assignments(const std::vector<Option<Target>>& options, const std::vector<Assignment>& assignments,
                       Target& target, Applied& applied) {
  for (const Assignment& assignment : assignments) {
    const Option<Target>& option = options[assignment.option];
    const Shape& shape = option.shape;
    Current& current = applied.current[name_of(shape)];
    current = {{}, assignment.origin, label(assignment, assignment.origin)};
    if (shape.many) option.clear(target);
    for (const Word& word : assignment.words) {
      // An empty word takes back what a lower source said, where there is no default to go back to.
      if (word.text.empty() && !shape.many && shape.standard.empty()) {
        option.clear(target);
        continue;
      }
      current.words.push_back(word.text);
      const std::string_view bad = unfit(word.text);
      const base::Result<void> stored = bad.empty() ? option.store(target, word.text) : base::fail("{}", bad);
      if (stored) continue;
      applied.faults.push_back(
          fmt::format("{}: \"{}\": {}", label(assignment, word.origin), base::escaped(word.text), stored.error().text));
      applied.faulty.insert(name_of(shape));
    }
  }
}

// The same with a reading's faults; its sections are left to others.
template <typename Target>
void apply(const std::vector<Option<Target>>& options, const Reading& reading, Target& target, Applied& applied) {
  applied.faults.insert(applied.faults.end(), reading.faults.begin(), reading.faults.end());
  applied.faulty.insert(reading.faulty.begin(), reading.faulty.end());
  apply_assignments(options, reading.assignments, target, applied);
}

}  // namespace config
